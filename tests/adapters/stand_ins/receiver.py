"""An endpoint for webhooks: it verifies each message, acts on each id once, and answers a repeated one as before."""

from __future__ import annotations

import json
from typing import Final

from planshift.adapters.webhook.signing import Message, NotVerified, verify
from tests.adapters.stand_ins.over_http import Call, Reply, StandIn

SECRET: Final = "whsec_" + "c2VjcmV0LW9mLXRoZS1lbmRwb2ludC1vZi10ZXN0cw=="


class Receiver(StandIn):
    """Keeps what is in force by the key of its step; messages count as received at the instant `now`."""

    def __init__(self, *, now: int) -> None:
        super().__init__()
        self.now = now
        self.secrets = [SECRET]
        self.in_force: dict[str, object] = {}
        self.answers: dict[str, Reply] = {}

    def reset(self) -> None:
        super().reset()
        self.in_force.clear()
        self.answers.clear()

    def changes(self, call: Call) -> bool:
        return call.path == "/steps"

    def act(self, call: Call) -> Reply:
        try:
            message = verify(call.body, call.headers, secrets=self.secrets, at=self.now, taken=self.answers)
        except NotVerified as error:
            self.wrong.append(str(error))
            return Reply(status=401)
        if call.path == "/asked":
            return self._asked(message)
        if not message.repeated:
            self.answers[message.id] = self._acted(message)
        return self.answers[message.id]

    def _acted(self, message: Message) -> Reply:
        key, undoes = str(message.data["key"]), message.data["undoes"]
        if message.type == "planshift.step.undo":
            self.in_force.pop(str(undoes))
        else:
            self.expect(message.type == "planshift.step.do", message.type)
            self.in_force[key] = message.data["action"]
        return Reply(body=json.dumps({"reference": f"there-{len(self.answers) + 1}", "key": key}).encode())

    def _asked(self, message: Message) -> Reply:
        self.expect(message.type == "planshift.step.asked", message.type)
        for answer in self.answers.values():
            found = json.loads(answer.body)
            if found["key"] == message.data["key"]:
                return Reply(body=json.dumps({"done": True, "reference": found["reference"]}).encode())
        return Reply(body=b'{"done": false}')
