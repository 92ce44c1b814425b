package io.lockstep.mls.interop;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;

/** The Node process with ts-mls in it: a question per line, an answer per line. */
final class TsMls implements AutoCloseable {
  private static final String SCRIPT = "peer.mjs";
  private static final int ANSWER_SECONDS_MAX = 60;
  private static final int EXIT_SECONDS_MAX = 5;
  private static final String END = "";
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Process process;
  private final BufferedWriter questions;
  private final BlockingQueue<String> answers = new ArrayBlockingQueue<>(8);

  private TsMls(Process process) {
    this.process = process;
    this.questions = process.outputWriter();
    Thread.ofVirtual().start(this::readAnswers);
  }

  static TsMls start() throws IOException, InterruptedException {
    ProcessBuilder node = NodePackages.node(SCRIPT);
    return new TsMls(node.redirectError(ProcessBuilder.Redirect.INHERIT).start());
  }

  static ObjectNode question(String operation, String client) {
    return JSON.createObjectNode().put("op", operation).put("client", client);
  }

  /** TsMlsFailure if ts-mls refuses. */
  JsonNode ask(ObjectNode question) throws IOException, InterruptedException {
    questions.write(JSON.writeValueAsString(question));
    questions.newLine();
    questions.flush();
    String line = answers.poll(ANSWER_SECONDS_MAX, TimeUnit.SECONDS);
    if (line == null || line.equals(END)) {
      throw new IOException("ts-mls gives no answer to " + question.get("op"));
    }
    JsonNode answer = JSON.readTree(line);
    if (answer.has("error")) {
      throw new TsMlsFailure(question.get("op").asText(), answer.get("error").asText());
    }
    return answer;
  }

  @Override
  public void close() throws IOException {
    questions.close();
    try {
      if (!process.waitFor(EXIT_SECONDS_MAX, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }

  private void readAnswers() {
    try (BufferedReader reader = process.inputReader()) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        answers.put(line);
      }
      answers.put(END);
    } catch (IOException e) {
      answers.offer(END);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** What ts-mls threw. */
  static final class TsMlsFailure extends IOException {
    private static final long serialVersionUID = 1L;

    TsMlsFailure(String operation, String text) {
      super("ts-mls, " + operation + ": " + text);
    }
  }
}
