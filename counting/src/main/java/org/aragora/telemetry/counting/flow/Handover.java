package org.aragora.telemetry.counting.flow;

import org.aragora.telemetry.counting.metric.InputPartition;

/**
 * The work of earlier generations of the outputs. A promoted generation reads a part of the input
 * again. There it must not write dead letters or proposals a second time, and must not serve values
 * before it has counted as much. Thread-safe.
 */
public interface Handover {
  /** Nothing was counted before. */
  Handover NONE =
      new Handover() {
        @Override
        public long deadLettersBefore(InputPartition partition) {
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

  /** Returns the offset below which an earlier one has written every dead letter. */
  long deadLettersBefore(InputPartition partition);

  /** Returns the offset up to which an earlier one has served values. */
  long servedBefore(InputPartition partition);

  /** Returns the offset below which every end lies that an earlier one may have proposed. */
  long endBefore(InputPartition partition);

  /** Returns true once this generation has counted and written all that was served before. */
  boolean isCaughtUp();
}
