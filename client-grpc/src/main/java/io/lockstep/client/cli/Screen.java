package io.lockstep.client.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.Charset;
import java.util.Optional;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.UserInterruptException;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;

/** Lines in, lines out: a terminal with an editable prompt, or plain streams when there is none. */
interface Screen extends AutoCloseable {
  /** The next line typed; empty at the end. */
  Optional<String> readLine(String prompt) throws IOException;

  /** Prints above the prompt; any thread may. */
  void print(String line);

  @Override
  void close() throws IOException;

  static Screen open() throws IOException {
    return System.console().isTerminal()
        ? new TerminalScreen(TerminalBuilder.builder().system(true).build())
        : new PlainScreen(
            new BufferedReader(new InputStreamReader(System.in, Charset.defaultCharset())),
            System.out);
  }

  /** A terminal, by JLine. */
  final class TerminalScreen implements Screen {
    private final Terminal terminal;
    private final LineReader reader;

    TerminalScreen(Terminal terminal) {
      this.terminal = terminal;
      this.reader =
          LineReaderBuilder.builder()
              .terminal(terminal)
              .option(LineReader.Option.DISABLE_EVENT_EXPANSION, true)
              .build();
    }

    @Override
    public Optional<String> readLine(String prompt) {
      try {
        return Optional.of(reader.readLine(prompt));
      } catch (EndOfFileException | UserInterruptException e) {
        return Optional.empty();
      }
    }

    @Override
    public void print(String line) {
      reader.printAbove(line);
    }

    @Override
    public void close() throws IOException {
      terminal.close();
    }
  }

  /** For pipes and tests. */
  final class PlainScreen implements Screen {
    private final BufferedReader in;
    private final PrintStream out;

    PlainScreen(BufferedReader in, PrintStream out) {
      this.in = in;
      this.out = out;
    }

    @Override
    public Optional<String> readLine(String prompt) throws IOException {
      return Optional.ofNullable(in.readLine());
    }

    @Override
    public void print(String line) {
      synchronized (out) {
        out.println(line);
        out.flush();
      }
    }

    @Override
    public void close() {}
  }
}
