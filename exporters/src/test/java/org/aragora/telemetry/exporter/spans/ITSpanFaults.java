package org.aragora.telemetry.exporter.spans;

import java.util.List;
import java.util.Set;
import org.aragora.telemetry.exporter.contract.FaultContract;
import org.aragora.telemetry.exporter.contract.Receiver;
import org.aragora.telemetry.exporter.contract.Workload;
import org.aragora.telemetry.schemas.topic.InputTopic;

class ITSpanFaults extends FaultContract {

  @Override
  protected Class<?> main() {
    return SpansMain.class;
  }

  @Override
  protected String groupVariable() {
    return "ARAGORA_TELEMETRY_SPANS_GROUP_ID";
  }

  @Override
  protected Receiver startReceiver() {
    return new SpanReceiver();
  }

  @Override
  protected boolean hasPartialSuccess() {
    return true;
  }

  @Override
  protected List<InputTopic> topics() {
    return List.of(InputTopic.DEBATES, InputTopic.REQUESTS, InputTopic.AGENT_CALLS);
  }

  @Override
  protected Set<String> expected(Workload workload) {
    return workload.spanIds();
  }

  @Override
  protected boolean isExported(String value) {
    return true;
  }
}
