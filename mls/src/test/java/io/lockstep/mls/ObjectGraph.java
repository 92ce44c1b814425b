package io.lockstep.mls;

import io.lockstep.mls.crypto.Secret;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Everything that can be reached from a value by its fields. Own classes are looked into by
 * reflection, collections of the JDK by their methods; a class of another kind fails the walk, so
 * that nothing is passed over in silence.
 */
final class ObjectGraph {
  private static final Set<Class<?>> LEAVES =
      Set.of(String.class, Integer.class, Long.class, Boolean.class, java.time.Instant.class);

  private final Set<Object> seen = Collections.newSetFromMap(new IdentityHashMap<>());
  private final Deque<Object> open = new ArrayDeque<>();
  private final List<byte[]> arrays = new ArrayList<>();
  private final List<Secret> secrets = new ArrayList<>();
  private long byteCount;

  private ObjectGraph() {}

  static ObjectGraph of(Object root) {
    ObjectGraph graph = new ObjectGraph();
    graph.add(root);
    while (!graph.open.isEmpty()) {
      graph.visit(graph.open.pop());
    }
    return graph;
  }

  /** How many objects, without what the JDK's collections are made of. */
  int objectCount() {
    return seen.size();
  }

  /** Length of all byte arrays together. */
  long byteCount() {
    return byteCount;
  }

  List<byte[]> arrays() {
    return arrays;
  }

  List<Secret> secrets() {
    return secrets;
  }

  private void add(Object value) {
    if (value != null && !(value instanceof Enum) && !LEAVES.contains(value.getClass())) {
      if (seen.add(value)) {
        open.push(value);
      }
    }
  }

  private void visit(Object value) {
    switch (value) {
      case byte[] bytes -> {
        arrays.add(bytes);
        byteCount += bytes.length;
      }
      case int[] numbers -> byteCount += 4L * numbers.length;
      case long[] numbers -> byteCount += 8L * numbers.length;
      case Object[] items -> Arrays.asList(items).forEach(this::add);
      case Optional<?> optional -> optional.ifPresent(this::add);
      case Collection<?> items -> items.forEach(this::add);
      case Map<?, ?> map ->
          map.forEach(
              (key, content) -> {
                add(key);
                add(content);
              });
      default -> fields(value);
    }
  }

  private void fields(Object value) {
    if (value instanceof Secret secret) {
      secrets.add(secret);
    }
    for (Class<?> type = value.getClass();
        type != Object.class && type != Record.class;
        type = type.getSuperclass()) {
      if (!type.getName().startsWith("io.lockstep.")) {
        throw new IllegalStateException("what is in a " + type + "?");
      }
      for (Field field : type.getDeclaredFields()) {
        if (!Modifier.isStatic(field.getModifiers()) && !field.getType().isPrimitive()) {
          add(content(field, value));
        }
      }
    }
  }

  private static Object content(Field field, Object of) {
    try {
      field.setAccessible(true);
      return field.get(of);
    } catch (IllegalAccessException e) {
      throw new IllegalStateException(e);
    }
  }
}
