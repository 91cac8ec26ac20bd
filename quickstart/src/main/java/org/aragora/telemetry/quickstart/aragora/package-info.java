/** A real Aragora server from PyPI, instrumented, and a client that counts for itself. */
@NullMarked
package org.aragora.telemetry.quickstart.aragora;

import org.jspecify.annotations.NullMarked;
