/**
 * Interfaces that a backend implements, {@link org.aragora.telemetry.exporter.backend.Converter}
 * and {@link org.aragora.telemetry.exporter.backend.Backend}, and the decoding that all backends
 * share.
 */
@NullMarked
package org.aragora.telemetry.exporter.backend;

import org.jspecify.annotations.NullMarked;
