package org.aragora.telemetry.exporter.logs;

import java.util.List;
import java.util.Set;
import org.aragora.telemetry.exporter.contract.FaultContract;
import org.aragora.telemetry.exporter.contract.Receiver;
import org.aragora.telemetry.exporter.contract.Workload;
import org.aragora.telemetry.schemas.topic.InputTopic;

class ITLogFaults extends FaultContract {

  @Override
  protected Class<?> main() {
    return LogsMain.class;
  }

  @Override
  protected String groupVariable() {
    return "ARAGORA_TELEMETRY_LOGS_GROUP_ID";
  }

  @Override
  protected Receiver startReceiver() {
    return new LogReceiver();
  }

  @Override
  protected boolean hasPartialSuccess() {
    return false;
  }

  @Override
  protected List<InputTopic> topics() {
    return List.of(
        InputTopic.LOGS, InputTopic.DEBATES, InputTopic.REQUESTS, InputTopic.AGENT_CALLS);
  }

  @Override
  protected Set<String> expected(Workload workload) {
    return workload.lines();
  }

  @Override
  protected boolean isExported(String value) {
    return value.contains("log.emitted")
        || value.contains("\"status\":\"error\"")
        || value.contains("\"status\":\"timeout\"")
        || value.contains("\"status\":503");
  }
}
