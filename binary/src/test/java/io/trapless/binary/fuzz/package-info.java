/** Runs this module's fuzz harnesses: over the seeds of a test, or for some seconds under Jazzer. What a harness calls stands beside the code that it attacks. No oracle of any format lives here. */
@NullMarked
package io.trapless.binary.fuzz;

import org.jspecify.annotations.NullMarked;
