package org.aragora.telemetry.chaos.faults;

import org.apache.kafka.common.KafkaException;
import org.aragora.telemetry.chaos.fleet.Intruder;
import org.aragora.telemetry.chaos.fleet.ProcessorFleet;
import org.aragora.telemetry.chaos.load.StrangeWriter;
import org.aragora.telemetry.chaos.settings.ChaosSettings;
import org.aragora.telemetry.chaos.settings.FaultKind;

/** Faults that others bring to the topics. */
public final class TopicFaults extends FaultLane {
  private static final int REST_MS = 25_000;

  private final ProcessorFleet fleet;
  private final Intruder intruder;
  private final StrangeWriter writer;

  /** {@code intruder} and {@code writer}: on the topics of the fleet. */
  public TopicFaults(Stage stage, ProcessorFleet fleet, Intruder intruder, StrangeWriter writer) {
    super(stage, FaultKind.Target.TOPIC, REST_MS);
    this.fleet = fleet;
    this.intruder = intruder;
    this.writer = writer;
  }

  @Override
  void inflict(FaultKind kind) throws InterruptedException {
    switch (kind) {
      case INTRUDER -> {
        synchronized (fleet) { // its owner stays alive
          fleet.awaitReady();
          log.began(kind, "a processor of another application id starts");
          log.print(intruder.enter());
        }
      }
      case OVERSIZED -> {
        log.began(kind, "the largest valid events, and larger ones");
        write(writer::writeLargest);
      }
      case STUCK_TRANSACTION -> {
        int partition = random.nextInt(ChaosSettings.PARTITIONS);
        log.began(kind, "a transaction in partition " + partition + " of every input");
        write(() -> writer.open(partition));
        sleep(3000, 15_000);
        write(writer::abort);
        log.print("the transaction is aborted");
      }
      default -> throw new IllegalArgumentException(kind + " is not a fault of a topic.");
    }
  }

  private interface Writing {
    void run() throws InterruptedException;
  }

  /** Writes while brokers may be away; what was written counts in any case. */
  private void write(Writing writing) throws InterruptedException {
    try {
      writing.run();
    } catch (KafkaException | IllegalStateException e) {
      log.print("not all was written: " + e.getMessage());
    }
  }
}
