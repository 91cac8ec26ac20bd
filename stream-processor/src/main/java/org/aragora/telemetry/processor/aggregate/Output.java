package org.aragora.telemetry.processor.aggregate;

import org.aragora.telemetry.schemas.metric.MetricsKey;
import org.aragora.telemetry.schemas.metric.WindowKey;

/**
 * Where absolute values go; each is a {@link org.aragora.telemetry.schemas.metric.PartialValue}.
 */
interface Output {
  void total(MetricsKey.Partial key, byte[] value);

  void window(WindowKey key, byte[] value);
}
