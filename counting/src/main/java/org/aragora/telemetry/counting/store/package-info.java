/**
 * The binary formats of our own topics and stores, and state that is written through to a store.
 */
@NullMarked
package org.aragora.telemetry.counting.store;

import org.jspecify.annotations.NullMarked;
