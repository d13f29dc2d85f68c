package io.trapless.language.syntax;

import io.trapless.language.diagnostic.Problem;
import io.trapless.language.diagnostic.Span;
import java.util.ArrayList;
import java.util.List;

/** Whole programs: the head (C definitions, settings, imports) and then actions, macros, functions and map declarations. */
final class ProgramParser {
    private final TokenStream in;
    private final BlockParser blocks;
    private final ClauseParser clauses;
    private final CDefinitionParser cDefinitions;

    ProgramParser(TokenStream in, BlockParser blocks, ClauseParser clauses) {
        this.in = in;
        this.blocks = blocks;
        this.clauses = clauses;
        this.cDefinitions = new CDefinitionParser(in);
    }

    Program program() {
        cDefinitions.skipInterpreterLine();
        List<Program.CDefinition> definitions = cDefinitions.parse();
        List<Program.Setting> config = new ArrayList<>();
        List<Statement.Import> imports = new ArrayList<>();
        boolean configured = false;
        while (in.at("config") || in.at("import")) {
            Span start = in.next().span();
            if (in.source.text(start).equals("import")) {
                String path = in.expect(Token.Kind.STRING, "a path in quotes").text();
                in.expect(";");
                imports.add(new Statement.Import(path, in.from(start)));
            } else {
                if (configured) {
                    throw in.fail(Problem.EXPECTED.at(start, "only one config block", "another"));
                }
                configured = true;
                config.addAll(settings());
            }
        }
        List<Program.Item> items = new ArrayList<>();
        while (!in.at(Token.Kind.END)) {
            items.add(item());
        }
        return new Program(in.source, definitions, config, imports, items);
    }

    private List<Program.Setting> settings() {
        in.expect("=");
        in.expect("{");
        List<Program.Setting> settings = new ArrayList<>();
        while (!in.at("}")) {
            Token key = in.expect(Token.Kind.IDENTIFIER, "a setting's name");
            in.expect("=");
            Token value = in.peek();
            if (value.kind() != Token.Kind.IDENTIFIER
                    && value.kind() != Token.Kind.NUMBER
                    && value.kind() != Token.Kind.STRING) {
                throw in.expected("a value");
            }
            settings.add(new Program.Setting(key.text(), blocks.expressions().unary(), in.from(key.span())));
            if (!in.take(";") && !in.at("}")) {
                throw in.expected("';'");
            }
        }
        in.next();
        return settings;
    }

    private Program.Item item() {
        Token token = in.peek();
        if (token.is("macro")) {
            return macro();
        }
        if (token.is("fn")) {
            return function();
        }
        if (token.is("let")) {
            return mapDeclaration();
        }
        Span start = token.span();
        List<AttachPoint> points = clauses.attachPoints();
        Expression filter = clauses.filter();
        return new Program.Action(points, filter, blocks.block(), in.from(start));
    }

    private Program.Item macro() {
        Span start = in.next().span();
        String name = in.expect(Token.Kind.IDENTIFIER, "the macro's name").text();
        List<Expression> parameters = new ArrayList<>();
        // The documentation of bpftrace shows macros without parentheses too.
        if (in.take("(")) {
            while (!in.at(")")) {
                Token token = in.next();
                parameters.add(
                        switch (token.kind()) {
                            case VARIABLE ->
                                new Expression.Variable(token.text().substring(1), token.span());
                            case MAP -> new Expression.MapAccess(token.text().substring(1), List.of(), token.span());
                            case IDENTIFIER -> new Expression.Name(token.text(), token.span());
                            default ->
                                throw in.fail(Problem.EXPECTED.at(
                                        token.span(), "a parameter ($variable, @map or name)", token.description()));
                        });
                if (!in.take(",")) {
                    break;
                }
            }
            in.expect(")");
        }
        return new Program.Macro(name, parameters, blocks.block(), in.from(start));
    }

    private Program.Item function() {
        Span start = in.next().span();
        String name = in.expect(Token.Kind.IDENTIFIER, "the function's name").text();
        List<Program.Parameter> parameters = new ArrayList<>();
        in.expect("(");
        while (!in.at(")")) {
            String parameter =
                    in.expect(Token.Kind.VARIABLE, "a variable").text().substring(1);
            in.expect(":");
            parameters.add(new Program.Parameter(parameter, blocks.expressions().typeName()));
            if (!in.take(",")) {
                break;
            }
        }
        in.expect(")");
        in.expect(":");
        TypeName result = blocks.expressions().typeName();
        return new Program.Function(name, parameters, result, blocks.block(), in.from(start));
    }

    private Program.Item mapDeclaration() {
        Span start = in.next().span();
        String name = in.expect(Token.Kind.MAP, "a map").text().substring(1);
        in.expect("=");
        String type = in.expect(Token.Kind.IDENTIFIER, "a map's type").text();
        in.expect("(");
        long maxEntries = in.expect(Token.Kind.NUMBER, "the number of entries").number();
        in.expect(")");
        in.take(";");
        return new Program.MapDeclaration(name, type, maxEntries, in.from(start));
    }
}
