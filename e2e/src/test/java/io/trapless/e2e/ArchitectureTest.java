package io.trapless.e2e;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.Architectures;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The arrows between modules and packages: who may know whom. */
final class ArchitectureTest {
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPaths(Stream.of("layout", "binary", "language", "trace", "tracer", "script", "cli", "bench")
                    .map(module -> Path.of(System.getProperty("trapless.home"), module, "target", "classes"))
                    .toList());

    @Test
    void everyModuleIsLookedAt() {
        for (String module :
                new String[] {"layout", "binary", "language", "trace", "tracer", "script", "cli", "bench"}) {
            assertThat(CLASSES.stream().anyMatch(type -> type.getPackageName().startsWith("io.trapless." + module)))
                    .as(module)
                    .isTrue();
        }
    }

    @Test
    void modulesUseOnlyWhatStandsBelowThem() {
        Architectures.layeredArchitecture()
                .consideringOnlyDependenciesInLayers()
                .layer("layout")
                .definedBy("io.trapless.layout..")
                .layer("binary")
                .definedBy("io.trapless.binary..")
                .layer("language")
                .definedBy("io.trapless.language..")
                .layer("trace")
                .definedBy("io.trapless.trace..")
                .layer("tracer")
                .definedBy("io.trapless.tracer..")
                .layer("script")
                .definedBy("io.trapless.script..")
                .layer("bench")
                .definedBy("io.trapless.bench..")
                .layer("cli")
                .definedBy("io.trapless.cli..")
                .whereLayer("layout")
                .mayNotAccessAnyLayer()
                .whereLayer("binary")
                .mayNotAccessAnyLayer()
                .whereLayer("language")
                .mayNotAccessAnyLayer()
                .whereLayer("trace")
                .mayOnlyAccessLayers("layout")
                .whereLayer("tracer")
                .mayOnlyAccessLayers("layout", "binary", "language", "trace")
                .whereLayer("script")
                .mayOnlyAccessLayers("language", "trace")
                .whereLayer("bench")
                .mayOnlyAccessLayers("layout", "binary", "language", "trace", "tracer")
                .whereLayer("cli")
                .mayOnlyAccessLayers("layout", "binary", "language", "trace", "tracer", "script", "bench")
                .check(CLASSES);
    }

    @Test
    void noModuleRunsInCircles() {
        slices().matching("io.trapless.(*)..").should().beFreeOfCycles().check(CLASSES);
    }

    @Test
    void onlyAttachStopsProcesses() {
        noClasses()
                .that()
                .resideOutsideOfPackages("io.trapless.tracer.attach..", "io.trapless.tracer.linux..")
                .should()
                .dependOnClassesThat()
                .haveFullyQualifiedName("io.trapless.tracer.linux.Ptrace")
                .check(CLASSES);
    }

    @Test
    void onlySessionSeesAllStages() {
        noClasses()
                .that()
                .resideInAPackage("io.trapless.tracer..")
                .and()
                .resideOutsideOfPackage("io.trapless.tracer.session..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.trapless.tracer.session..")
                .check(CLASSES);
    }

    @Test
    void bytesKnowNoProcesses() {
        noClasses()
                .that()
                .resideInAnyPackage(
                        "io.trapless.binary..", "io.trapless.language..", "io.trapless.trace..", "io.trapless.layout..")
                .should()
                .dependOnClassesThat()
                .haveFullyQualifiedName("java.lang.ProcessBuilder")
                .check(CLASSES);
    }

    @Test
    void onlyTheCommandLineEndsTheJvm() {
        noClasses()
                .that()
                .resideOutsideOfPackage("io.trapless.cli..")
                .should()
                .callMethod(System.class, "exit", int.class)
                .check(CLASSES);
    }
}
