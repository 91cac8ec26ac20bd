package org.aragora.telemetry.processor.flow;

import org.aragora.telemetry.counting.metric.InputPartition;

/**
 * What other generations of the outputs did before this one was promoted. This one reads a part of
 * the input again: there it must not write again what is written once, and what it counts must not
 * be served before it has counted as much. Thread-safe.
 */
public interface Handover {
  /** Nothing was counted before. */
  Handover NONE =
      new Handover() {
        @Override
        public long parkedBefore(InputPartition partition) {
          return 0;
        }

        @Override
        public long servedBefore(InputPartition partition) {
          return 0;
        }

        @Override
        public long endBefore(InputPartition partition) {
          return 0;
        }

        @Override
        public boolean isCaughtUp() {
          return true;
        }
      };

  /** Invalid records below this offset were parked by another. */
  long parkedBefore(InputPartition partition);

  /** Values that contain the records below this offset were served by another. */
  long servedBefore(InputPartition partition);

  /** Below this offset lies every end of a debate that another may have proposed. */
  long endBefore(InputPartition partition);

  /** Whether everything that was served before is counted, and written, in this generation too. */
  boolean isCaughtUp();
}
