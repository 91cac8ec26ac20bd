package org.aragora.telemetry.testbed.broker;

/** A program that owns a broker, prints its process id, and waits to be killed. */
final class BrokerOwner {

  private BrokerOwner() {}

  @SuppressWarnings("resource") // to be left open is what this program is for
  public static void main(String[] arguments) throws Exception {
    System.out.println(EmbeddedBroker.builder().heapMegabytes(256).start().pid());
    System.out.flush();
    Thread.currentThread().join();
  }
}
