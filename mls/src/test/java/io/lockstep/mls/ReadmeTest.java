package io.lockstep.mls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.StringWriter;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The Java of the README compiles, runs, and does what is said of it. */
class ReadmeTest {
  private static final Pattern SNIPPET = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);

  @TempDir private Path directory;

  @Test
  void theSnippetEncryptsAndReadsMessage() throws Exception {
    Matcher matcher = SNIPPET.matcher(Files.readString(Path.of("README.md")));
    assertTrue(matcher.find(), "there is a snippet");
    String source =
        """
        import io.lockstep.mls.*;
        import io.lockstep.mls.crypto.CipherSuite;
        import java.security.SecureRandom;
        import java.time.*;
        import java.util.List;

        public class Snippet {
          public static String run(CredentialValidator validator) throws Exception {
            %s
            return new String(read.data());
          }
        }
        """
            .formatted(matcher.group(1));
    Path file = Files.writeString(directory.resolve("Snippet.java"), source);
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    StringWriter errors = new StringWriter();
    String classPath =
        Path.of(Group.class.getProtectionDomain().getCodeSource().getLocation().toURI()).toString();
    List<String> options = List.of("-d", directory.toString(), "-cp", classPath, "-proc:none");
    boolean compiled =
        compiler
            .getTask(
                errors,
                null,
                null,
                options,
                null,
                compiler.getStandardFileManager(null, null, null).getJavaFileObjects(file))
            .call();
    assertTrue(compiled, errors::toString);
    try (URLClassLoader loader =
        new URLClassLoader(new URL[] {directory.toUri().toURL()}, getClass().getClassLoader())) {
      Object text =
          loader
              .loadClass("Snippet")
              .getMethod("run", CredentialValidator.class)
              .invoke(null, TestClient.TRUST);
      assertEquals("hello", text);
    }
  }
}
