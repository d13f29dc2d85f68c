package io.trapless.language.syntax;

import io.trapless.language.diagnostic.Diagnostic;
import io.trapless.language.diagnostic.Problem;
import io.trapless.language.diagnostic.Source;
import io.trapless.language.diagnostic.Span;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The parsers' cursor over a source, and the collector of their errors. Parsing stops at the first error: {@link #fail} throws {@link Stop}, which the entry points of {@link Parser} catch. Positions are offsets into the text, so going back is
 * setting one.
 */
final class TokenStream {
    /** Levels that the recursive parsers, and all that walk their trees, allow. */
    private static final int MAX_DEPTH = 250;

    /** Ends a parse after an error has been noted. */
    static final class Stop extends RuntimeException {
        Stop() {
            super(null, null, false, false);
        }
    }

    final Source source;
    final Lexer lexer;
    private final List<Diagnostic> diagnostics = new ArrayList<>();
    private int offset;
    private int lastEnd;
    private int depth;
    private @Nullable Token lookahead;

    TokenStream(Source source) {
        this.source = source;
        this.lexer = new Lexer(source);
    }

    List<Diagnostic> diagnostics() {
        return diagnostics;
    }

    Token peek() {
        if (lookahead == null) {
            lookahead = lexer.token(offset);
        }
        return lookahead;
    }

    /** The token after {@link #peek()}. */
    Token peekSecond() {
        return lexer.token(peek().span().end());
    }

    Token next() {
        Token token = peek();
        if (token.problem() != null) {
            throw fail(token.problem());
        }
        moveTo(token.span().end());
        lastEnd = offset;
        return token;
    }

    boolean at(String text) {
        return peek().is(text);
    }

    boolean at(Token.Kind kind) {
        return peek().kind() == kind;
    }

    /** Takes the next token if it is {@code text}. */
    boolean take(String text) {
        if (!at(text)) {
            return false;
        }
        next();
        return true;
    }

    Token expect(String text) {
        if (!at(text)) {
            throw expected("'" + text + "'");
        }
        return next();
    }

    Token expect(Token.Kind kind, String description) {
        if (!at(kind)) {
            throw expected(description);
        }
        return next();
    }

    /** The error that {@code description} was expected where the next token stands. */
    Stop expected(String description) {
        Token token = peek();
        return fail(
                token.problem() != null
                        ? token.problem()
                        : Problem.EXPECTED.at(token.span(), description, token.description()));
    }

    Stop fail(Diagnostic diagnostic) {
        diagnostics.add(diagnostic);
        return new Stop();
    }

    /** Where the next token would be looked for; for {@link #moveTo}. */
    int position() {
        return offset;
    }

    void moveTo(int newOffset) {
        offset = newOffset;
        lookahead = null;
    }

    /** The span from {@code start} to the end of the last token taken. */
    Span from(Span start) {
        return new Span(start.start(), Math.max(start.start(), lastEnd));
    }

    /** Notes that characters up to {@code end} have been taken without tokens. */
    void tookRaw(int end) {
        moveTo(end);
        lastEnd = end;
    }

    /** One level deeper, in the text or in the tree that comes of it (a chain of operators is a deep tree too). */
    void enter() {
        if (++depth > MAX_DEPTH) {
            throw fail(Problem.TOO_DEEP.at(peek().span()));
        }
    }

    void leave(int levels) {
        depth -= levels;
    }
}
