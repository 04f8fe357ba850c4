"""Which sender a destination has, by its kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from leadline.service.delivery.channels.chat import Chat, slack, teams
from leadline.service.delivery.channels.mail import Mail
from leadline.service.delivery.channels.rooms import (
    dingtalk,
    feishu,
    mattermost,
    of_telegram,
    room,
    wecom,
)
from leadline.service.delivery.destinations import Destination, Sender
from leadline.service.delivery.webhook import Webhook

SENDERS: Mapping[str, Callable[[Destination], Sender]] = {
    "webhook": Webhook,
    "email": Mail,
    "slack": partial(Chat, form=slack),
    "teams": partial(Chat, form=teams),
    "mattermost": room(mattermost),
    "telegram": of_telegram,
    "wecom": room(wecom),
    "dingtalk": room(dingtalk),
    "feishu": room(feishu),
}
"""Kind of a destination to what sends there."""


def sender(where: Destination) -> Sender:
    """Return what sends to a destination."""
    return SENDERS[where.kind](where)
