"""MQTT: the edge at which devices and gateways publish events. docs/decisions/0028-mqtt-ingestion.md says why it is ours.

Speaks to services alone, as the public API does. `MqttListener` is built from the parts that `bootstrap` joins.
"""

from hearth.mqtt.listener import MqttListener
from hearth.mqtt.parts import ConnectionLimits, MqttParts

__all__ = ["ConnectionLimits", "MqttListener", "MqttParts"]
