"""Subscriptions."""

from dataclasses import replace

from simulator.exchange import Call, Reply, collection, entity


def create(call: Call) -> Reply:
    made = call.cloud.subscriptions.create(call.json(), call.caller, immutable_ids=call.immutable)
    return replace(
        entity("subscriptions", made.to_json(), 201), headers=call.location("subscriptions", made.id)
    )


def listed(call: Call) -> Reply:
    found = call.cloud.subscriptions.listed(call.caller.application.client_id)
    return collection("subscriptions", [subscription.to_json() for subscription in found])


def get(call: Call, identifier: str) -> Reply:
    found = call.cloud.subscriptions.get(identifier, call.caller.application.client_id)
    return entity("subscriptions", found.to_json())


def update(call: Call, identifier: str) -> Reply:
    changed = call.cloud.subscriptions.update(identifier, call.json(), call.caller.application.client_id)
    return entity("subscriptions", changed.to_json())


def delete(call: Call, identifier: str) -> Reply:
    call.cloud.subscriptions.delete(identifier, call.caller.application.client_id)
    return Reply(204)


def reauthorize(call: Call, identifier: str) -> Reply:
    call.cloud.subscriptions.reauthorize(identifier, call.caller.application.client_id)
    return Reply(204)
