"""BackendTrafficPolicy (CRD 1.8.3, 1.9.1) as guards of a rule.

Decided here: what spreads load or spares a backend refuses nobody in particular and is no protection (load balancing, retries, health
checks, ``circuitBreaker``, ``admissionControl``, ``bandwidthLimit``); ``responseOverride`` changes what is answered and never who is let in.
``faultInjection`` and a load balancer out of a dynamic module are code in the path of requests (kind ``extension``).
Without any policy a rule still has Envoy's own bounds: 15 seconds, 5 minutes without movement, and WebSocket upgrades pass.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import attrs

from gatewright.gateways.effect import Answered, Guard, Guards, Stated, settled
from gatewright.gateways.envoy import traffic
from gatewright.gateways.envoy.effects import limits
from gatewright.gateways.envoy.effects.altering import alteration
from gatewright.gateways.envoy.effects.contents import digest
from gatewright.gateways.envoy.effects.covered import ATTACHMENT, At, Covered, leaves, nowhere
from gatewright.gateways.fields import at as field
from gatewright.gateways.fields import items, mapping, milliseconds
from gatewright.protection.bounds import CountedLimit, Extensions
from gatewright.protection.unknown import Unknown

_RULE = (
    "clientSelectors.{headers.{name,type,value,invert},methods.{value,invert},path.{type,value,invert},"
    "queryParams.{name,type,value,invert},sourceCIDR.{type,value,invert}},limit.{requests,unit},shadowMode"
)
_CHARGED = (
    "cost.{request.{number,metadata.{namespace,key}},response.{number,metadata.{namespace,key}}},limit.fromMetadata.{namespace,key},shared"
)
FIELDS = Covered(
    read=leaves(
        f"rateLimit.{{type,global.rules.{{{_RULE},{_CHARGED}}},local.rules.{{{_RULE}}}}}",
        "timeout.{http.{requestTimeout,streamIdleTimeout,maxStreamDuration},tcp.connectTimeout}",
        "requestBuffer.limit",
        "httpUpgrade.{type,connect.terminate}",
        "faultInjection.{abort.{httpStatus,grpcStatus,percentage},delay.{fixedDelay,percentage}}",
        "loadBalancer.{endpointOverride.extractFrom.header,dynamicModule.{name,lbPolicyName}}",
        "responseOverride.{match.{responseHeaders.{name,value.{type,value}},statusCodes.{type,value,range.{start,end}}},source,"
        "redirect.{hostname,port,scheme,statusCode,path.{type,replaceFullPath,replacePrefixMatch}},response.statusCode}",
        "proxyProtocol.version",
    ),
    harmless=(
        "admissionControl",
        "bandwidthLimit",
        "circuitBreaker",
        "compression",
        "compressor",
        "connection",
        "dns",
        "healthCheck",
        "http2",
        *(
            f"loadBalancer.{one}"
            for one in ("backendUtilization", "consistentHash", "slowStart", "type", "zoneAware", "dynamicModule.config")
        ),
        *(f"rateLimit.global.rules.{one}" for one in ("xRateLimitHeaders", "cost.request.from", "cost.response.from")),
        *(
            f"rateLimit.local.rules.{one}" for one in ("xRateLimitHeaders", "cost", "limit.fromMetadata", "shared")
        ),  # the translator reads none of them
        *(f"responseOverride.response.{one}" for one in ("body", "contentType", "header")),
        "retry",
        "routingType",
        "tcpKeepalive",
        "telemetry",
        *(f"timeout.http.{one}" for one in ("connectionIdleTimeout", "maxConnectionDuration")),  # of connections to the backend
        "useClientProtocol",
    ),
    elsewhere=ATTACHMENT,
)
_CONNECT, _HOUR, _IDLE = 10_000, 3_600_000, 300_000  # EG's default for clusters, the floor for a stated request timeout, Envoy's own


def traffic_guards(
    spec: Mapping[str, object], at: At = nowhere, *, rule: object = None, client: Mapping[str, object] | None = None, grpc: bool = False,
    fails_closed: bool = False, rule_at: Stated | None = None,
) -> Guards:  # fmt: skip
    """What a policy makes of one rule; an empty ``spec`` is no policy.

    ``rule`` the rule as its route writes it, whose own timeouts beat the policy's, stated ``rule_at``; ``client`` the spec of the listener's
    ClientTrafficPolicy, whose idle timeout stands where neither says one; ``grpc`` a GRPCRoute, which upgrades nothing;
    ``fails_closed`` the operator set ``rateLimit.failClosed``.
    """
    return settled([one for one in (
        _limits(spec, at, fails_closed), _body(spec, at), _timeout(spec, at, rule, client or {}, rule_at), _upgrade(spec, at, grpc), _extension(spec, at),
        *alteration(_bearing(spec), _other(spec), at()),
    ) if one is not None])  # fmt: skip


def traffic_answer(spec: Mapping[str, object], at: At = nowhere) -> Answered | None:
    """An answer that stands for every request under this policy: it is refused by the translator, or aborts all of them."""
    if reason := problem(spec):
        return Answered(500, f"the BackendTrafficPolicy is not accepted: {reason}", at())
    abort = field(spec, "faultInjection", "abort")
    status, share = field(abort, "httpStatus"), field(abort, "percentage")
    if abort is not None and share in (None, 100) and isinstance(status, int):
        return Answered(status, "faultInjection aborts every request", at("faultInjection", "abort"))
    return None


def problem(spec: Mapping[str, object]) -> str:
    """Why the translator refuses this policy, so that what it applies to answers 500; empty: it takes it."""
    if field(spec, "requestBuffer") is not None and items(field(spec, "httpUpgrade")):
        return "requestBuffer beside httpUpgrade"
    size = traffic.read_body(spec)
    if size is not None and size > 4_294_967_295:
        return "requestBuffer.limit is out of range"
    return limits.problem(spec)


def narrows(spec: Mapping[str, object]) -> str:
    """Why rules under this policy match other requests than they say; empty: they do not.

    An upgrade of type CONNECT puts a match of CONNECT requests in the place of every path (translator: buildXdsRouteMatch).
    """
    if any(str(field(one, "type")).upper() == "CONNECT" for one in items(field(spec, "httpUpgrade"))):
        return "httpUpgrade of type CONNECT: the rule matches CONNECT requests of any path, and no others"
    return ""


def traffic_notes(spec: Mapping[str, object]) -> tuple[str, ...]:
    """What else somebody should know who asks what happens to a request."""
    return tuple(_notes(spec))


def _bearing(spec: Mapping[str, object]) -> Iterator[str]:
    """What may send a client or a request elsewhere."""
    for one in items(field(spec, "responseOverride")):
        yield _override(one)
    for one in items(field(spec, "loadBalancer", "endpointOverride", "extractFrom")):
        yield f"a client chooses the pod by the header {field(one, 'header')}"
    if field(spec, "proxyProtocol") is not None:
        yield f"the backend is told the client's address by the PROXY protocol {field(spec, 'proxyProtocol', 'version')}"
    if any(field(one, "connect", "terminate") is True for one in items(field(spec, "httpUpgrade"))):
        yield "CONNECT ends here: what is tunnelled reaches the backend as plain TCP"


def _other(spec: Mapping[str, object]) -> Iterator[str]:
    """What is answered in place of the backend: its words by a digest."""
    for one in items(field(spec, "responseOverride")):
        response = {name: value for name, value in mapping(field(one, "response")).items() if name != "statusCode"}
        if response:
            yield f"what is answered in place of {_override(one)}: {digest(response)}"


def _notes(spec: Mapping[str, object]) -> Iterator[str]:
    yield from _bearing(spec)
    if items(field(spec, "rateLimit", "global", "rules")) and field(spec, "rateLimit", "type") != "Local":
        yield "global rate limits rest on the operator's rate limit service; without one the policy is refused and its routes answer 500"


def _override(one: object) -> str:
    codes = []
    for code in items(field(one, "match", "statusCodes")):
        span = field(code, "range")
        is_range = field(code, "type") == "Range"
        codes.append(f"{field(span, 'start')}-{field(span, 'end')}" if is_range else str(field(code, "value")))
    headers = []
    for header in items(field(one, "match", "responseHeaders")):
        value = field(header, "value")
        headers.append(f"{field(header, 'name')} {str(field(value, 'type') or 'Exact').lower()} {field(value, 'value')}")
    of = {"Local": "the gateway's own answers", "Backend": "answers of the backend"}.get(str(field(one, "source")), "answers")
    matched = " ".join(part for part in (", ".join(codes), f"with {' and '.join(headers)}" if headers else "") if part)
    to = mapping(field(one, "redirect"))
    if not to:
        status = field(one, "response", "statusCode")
        return f"{of} {matched} are replaced{f' by {status}' if status is not None else ', their status kept'}"
    path = mapping(to.get("path"))
    place = f"{to.get('scheme') or 'same scheme'}://{to.get('hostname') or 'same host'}:{to.get('port') or 'same port'}"
    where = f"{place} {path.get('type') or ''} {path.get('replaceFullPath') or path.get('replacePrefixMatch') or ''}".strip()
    return f"{of} {matched} are replaced by a redirect {to.get('statusCode') or 302} to {where}"


def _limits(spec: Mapping[str, object], at: At, fails_closed: bool) -> Guard | None:
    if field(spec, "rateLimit") is None:
        return None
    if not isinstance(field(spec, "rateLimit"), Mapping):
        return Guard.unknown("rate-limit", "rateLimit is no object", at("rateLimit"))
    read = limits.limits(spec, fails_closed=fails_closed)
    if isinstance(read, Unknown):
        return Guard.unknown("rate-limit", read.reason, at("rateLimit"))
    if not read:
        return None
    only_watched = all(isinstance(one, CountedLimit) and one.watches for one in read)
    return Guard("rate-limit", read, "not-enforced" if only_watched else "enforced", at("rateLimit"))


def _body(spec: Mapping[str, object], at: At) -> Guard | None:
    if field(spec, "requestBuffer") is None:
        return None
    largest = traffic.read_body(spec)
    if largest is None:
        return Guard.unknown("body-limit", "requestBuffer.limit is no size that is read", at("requestBuffer", "limit"))
    return Guard("body-limit", largest, "enforced", at("requestBuffer", "limit"))


def _timeout(spec: Mapping[str, object], at: At, rule: object, client: Mapping[str, object], rule_at: Stated | None) -> Guard:
    times = traffic.read_timeouts(spec, rule)
    longest = milliseconds(field(spec, "timeout", "http", "maxStreamDuration"))
    whole = min((one for one in (times.request, longest) if one is not None), default=None)
    connect = _CONNECT if field(spec, "timeout", "tcp", "connectTimeout") is None else times.connect
    own = field(rule, "timeouts") if mapping(field(rule, "timeouts")) else None
    where = rule_at if own is not None else at("timeout") if field(spec, "timeout") is not None else None
    return Guard("timeout", attrs.evolve(times, request=whole, idle=_idle(spec, own, client), connect=connect), "enforced", where)


def _idle(spec: Mapping[str, object], own: object, client: Mapping[str, object]) -> int | None:
    """The policy's, else the listener's; else a stated request timeout makes it an hour at least, or none; else Envoy's own."""
    for stated in (field(spec, "timeout", "http", "streamIdleTimeout"), field(client, "timeout", "http", "streamIdleTimeout")):
        if stated is not None:
            return milliseconds(stated)
    asked = field(own, "backendRequest") or field(own, "request") or field(spec, "timeout", "http", "requestTimeout")
    if asked is None:
        return _IDLE
    bound = milliseconds(asked)
    return None if bound is None else max(_HOUR, bound)


def _upgrade(spec: Mapping[str, object], at: At, grpc: bool) -> Guard:
    """The protocols that a connection may change to, in lower case, sorted: WebSocket by default; none where a body is buffered."""
    stated = items(field(spec, "httpUpgrade"))
    if grpc:  # translator: a route to HTTP/2 has no upgrade
        return Guard("upgrade", ())
    if stated:
        named = {str(field(one, "type")).lower() for one in stated} - {traffic.NO_UPGRADE}
        return Guard("upgrade", tuple(sorted(named)), "enforced", at("httpUpgrade"))
    if field(spec, "requestBuffer") is not None:
        return Guard("upgrade", (), "enforced", at("requestBuffer"))
    return Guard("upgrade", ("websocket",))


def _extension(spec: Mapping[str, object], at: At) -> Guard | None:
    fault, module = mapping(field(spec, "faultInjection")), mapping(field(spec, "loadBalancer", "dynamicModule"))
    each = []
    if fault:
        abort, delay = mapping(fault.get("abort")), mapping(fault.get("delay"))
        answer = abort.get("httpStatus") or f"gRPC {abort.get('grpcStatus')}"
        parts = [f"{_share(abort)} are answered {answer}"] if abort else []
        parts += [f"{_share(delay)} wait {delay.get('fixedDelay')}"] if delay else []
        each.append(f"fault: {', '.join(parts) or 'not read'}")
    if module:
        told = f" set up as {digest(module['config'])}" if module.get("config") is not None else ""
        each.append(f"load balancer {module.get('lbPolicyName')} of dynamic module {module.get('name')}{told}")
    return (
        Guard("extension", Extensions(tuple(sorted(each))), "enforced", at("faultInjection") if fault else at("loadBalancer"))
        if each
        else None
    )


def _share(fault: Mapping[object, object]) -> str:
    share = fault.get("percentage")
    return f"{100 if share is None else share}%"
