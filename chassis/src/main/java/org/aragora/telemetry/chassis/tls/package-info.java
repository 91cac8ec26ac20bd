/** Certificates and keys in PEM files, for the servers and the clients of every service. */
@NullMarked
package org.aragora.telemetry.chassis.tls;

import org.jspecify.annotations.NullMarked;
