/** Runs the fuzz harnesses of other modules' tests: over seeds, or for some seconds under Jazzer. What a harness calls stands beside the code that it attacks. No oracle of any format lives here. */
@NullMarked
package io.trapless.fuzz;

import org.jspecify.annotations.NullMarked;
