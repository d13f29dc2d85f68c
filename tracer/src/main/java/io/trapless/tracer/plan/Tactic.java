package io.trapless.tracer.plan;

/** How room is made for the jump at a site; in the order in which they are tried. */
public enum Tactic {
    /** A nop of five bytes or more becomes the jump: nothing is displaced. */
    LONG_NOP("a long nop"),
    /** The site's instruction has five bytes or more and is displaced alone. */
    SINGLE("one instruction"),
    /** The site's instruction and those after it, or padding behind it, make room. */
    FORWARD("forward"),
    /** Instructions before the site are displaced too. */
    BACKWARD("backward"),
    /** A jump of two bytes leads to padding nearby, in which the long one stands. */
    ISLAND("island"),
    /** The same, and the long jump stands in the place of instructions nearby, which are displaced for it. */
    EVICTION("eviction");

    private final String text;

    Tactic(String text) {
        this.text = text;
    }

    /** For the user. */
    public String text() {
        return text;
    }
}
