package org.aragora.telemetry.rivals;

/** A program that counts the backlog. */
interface Rival {
  /**
   * Outcome of a run.
   *
   * @param page samples at its end
   * @param nanos from the first record to the end
   */
  record Result(Page page, long nanos) {}

  /** Name for people. */
  String name();

  /**
   * Counts the backlog once.
   *
   * @param id differs from run to run
   * @param expected samples at which a program without an end has counted all
   */
  Result run(String id, Page expected) throws Exception;
}
