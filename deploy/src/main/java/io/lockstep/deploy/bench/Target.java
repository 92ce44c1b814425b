package io.lockstep.deploy.bench;

import java.util.Locale;

/** What a result is to reach: a bound on its value, or on its ratio to the baseline. */
sealed interface Target {
  boolean reached(double value, double ratio);

  String text();

  record RatioAtMost(double bound) implements Target {
    @Override
    public boolean reached(double value, double ratio) {
      return ratio <= bound;
    }

    @Override
    public String text() {
      return String.format(Locale.ROOT, "<= %sx", trim(bound));
    }
  }

  record RatioAtLeast(double bound) implements Target {
    @Override
    public boolean reached(double value, double ratio) {
      return ratio >= bound;
    }

    @Override
    public String text() {
      return String.format(Locale.ROOT, ">= %sx", trim(bound));
    }
  }

  record ValueAtMost(double bound) implements Target {
    @Override
    public boolean reached(double value, double ratio) {
      return value <= bound;
    }

    @Override
    public String text() {
      return String.format(Locale.ROOT, "<= %s", trim(bound));
    }
  }

  record ValueAtLeast(double bound) implements Target {
    @Override
    public boolean reached(double value, double ratio) {
      return value >= bound;
    }

    @Override
    public String text() {
      return String.format(Locale.ROOT, ">= %s", trim(bound));
    }
  }

  /** At most so much above the baseline. */
  record AboveAtMost(double bound) implements Target {
    @Override
    public boolean reached(double value, double ratio) {
      return value - value / ratio <= bound;
    }

    @Override
    public String text() {
      return String.format(Locale.ROOT, "<= +%s", trim(bound));
    }
  }

  private static String trim(double bound) {
    return bound == Math.rint(bound) ? Long.toString((long) bound) : Double.toString(bound);
  }
}
