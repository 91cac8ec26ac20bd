package org.aragora.telemetry.processor.aggregate;

import org.aragora.telemetry.counting.metric.MetricsKey;
import org.aragora.telemetry.counting.metric.WindowKey;

/**
 * Where absolute values go; each is a {@link org.aragora.telemetry.counting.metric.PartialValue}.
 */
interface Output {
  void total(MetricsKey.Partial key, byte[] value);

  void window(WindowKey key, byte[] value);
}
