package org.aragora.telemetry.chassis.settings;

import java.util.regex.Pattern;

/**
 * Variables that Kubernetes adds for every Service of a namespace: for one named {@code metrics},
 * {@code METRICS_SERVICE_HOST}, {@code METRICS_PORT=tcp://10.0.0.1:9090}, {@code
 * METRICS_PORT_9090_TCP_ADDR} and kin.
 */
final class ServiceLinks {
  private static final Pattern NAME =
      Pattern.compile(
          ".+_SERVICE_HOST|.+_SERVICE_PORT(_.+)?"
              + "|.+_PORT_\\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?");
  private static final Pattern ADDRESS = Pattern.compile("\\s*(tcp|udp|sctp)://.*");

  private ServiceLinks() {}

  static boolean isOne(String name, String value) {
    return NAME.matcher(name).matches()
        || (name.endsWith("_PORT") && ADDRESS.matcher(value).matches());
  }
}
