/**
 * Black-box tests: they start real programs, run {@code ./trapless} as a user would, and judge only what comes out: exit status, lines, files, and the
 * target's own behaviour. Nothing here calls a class of the product, except the test that reads its class files to check which module uses which.
 */
package io.trapless.e2e;
