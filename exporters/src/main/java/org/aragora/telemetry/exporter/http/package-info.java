/** HTTP requests to a backend, their answers, and TLS from PEM files. */
@NullMarked
package org.aragora.telemetry.exporter.http;

import org.jspecify.annotations.NullMarked;
