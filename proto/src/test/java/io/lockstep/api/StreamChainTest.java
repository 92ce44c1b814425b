package io.lockstep.api;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.ByteArrayOutputStream;
import java.security.MessageDigest;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class StreamChainTest {
  @Test
  void linkIsTheHashOfThePlainConcatenation() throws Exception {
    MessageDigest sha = MessageDigest.getInstance("SHA-256");
    var bytes = new ByteArrayOutputStream();
    bytes.writeBytes(new byte[32]);
    bytes.writeBytes(new byte[] {7});
    bytes.writeBytes(new byte[] {0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 2});
    bytes.writeBytes(sha.digest(new byte[] {9}));

    assertArrayEquals(
        sha.digest(bytes.toByteArray()),
        StreamChain.next(StreamChain.zero(), new byte[] {7}, 1, 2, new byte[] {9}));
  }

  @Test
  void everyInputMatters() {
    byte[] head = StreamChain.next(StreamChain.zero(), new byte[] {7}, 1, 2, new byte[] {9});
    for (byte[] other :
        new byte[][] {
          StreamChain.next(head, new byte[] {7}, 1, 2, new byte[] {9}),
          StreamChain.next(StreamChain.zero(), new byte[] {8}, 1, 2, new byte[] {9}),
          StreamChain.next(StreamChain.zero(), new byte[] {7}, 2, 2, new byte[] {9}),
          StreamChain.next(StreamChain.zero(), new byte[] {7}, 1, 3, new byte[] {9}),
          StreamChain.next(StreamChain.zero(), new byte[] {7}, 1, 2, new byte[] {8}),
        }) {
      assertFalse(Arrays.equals(head, other));
    }
  }
}
