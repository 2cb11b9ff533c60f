"""What stands in a request: JSON that is none, too much of it, odd values; paths, queries, headers; who asks."""

import http.client
import json

from harness import Client, equal, holds, test

JSON = {"Content-Type": "application/json"}


def post(world, body, path="/v1/customers", headers=JSON):
    return world.owner.post(path, body=body, headers=headers)


@test
def malformed_json(world):
    bodies = ["", " ", "{", "}", "[]", "null", "true", "5", '"x"', "{}x", "{} {}", "{a:1}", "{'a':1}", '{"external_id":"x",}', '{"external_id" "x"}',
              '{"external_id":NaN}', '{"external_id":Infinity}', '{"limit":01}', '{"limit":+1}', '{"limit":.5}', '{"limit":1.}', '{"limit":0x10}',
              '{"external_id":"x}', '{"external_id":"\\x41"}', '{"external_id":"\\u12"}', '{"external_id":"\\ud800"}', '{"external_id":"\\udc00\\ud800"}',
              '// x\n{}', '{"external_id":tru}', "\ufeff{}", '{"external_id":"a\nb"}', '{"external_id":"a\x00b"}']
    for body in bodies:
        problem = post(world, body).problem(400, "malformed_json")
        equal([fault["field"] for fault in problem["errors"]], [""], body)
    for value in (b"\xff", b"\xc0\xaf", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xe2\x82"):
        post(world, b'{"external_id":"' + value + b'"}').problem(400, "malformed_json", ("", "invalid_text"))


@test
def depth_and_size(world):
    post(world, '{"first_name":' + "[" * 7 + "]" * 7 + "}").problem(422, "invalid_input")
    post(world, '{"first_name":' + "[" * 8 + "]" * 8 + "}").problem(400, "malformed_json")
    post(world, '{"a":' * 50_000).problem(400, "malformed_json")
    post(world, "[" * 200_000).problem(400, "malformed_json")
    post(world, '{"x":[' + ",".join(["1"] * 20_000) + "]}").problem(400, "malformed_json")
    body = json.dumps({"external_id": world.unique("C")})
    limit = 256 * 1024
    post(world, body + " " * (limit - len(body))).ok(201)
    body = json.dumps({"external_id": world.unique("C")})
    post(world, body + " " * (limit + 1 - len(body))).problem(413, "body_too_large")
    post(world, json.dumps({"external_id": "x" * (limit - 20)})).problem(422, "invalid_input", ("external_id", "too_long"))


@test
def too_large_in_chunks(world):
    def chunks():
        for _ in range(100):
            yield b" " * 8192

    connection = http.client.HTTPConnection("127.0.0.1", world.server.port, timeout=60)
    try:
        connection.request("POST", "/v1/customers", chunks(), {**JSON, "Authorization": "Bearer " + world.owner.key}, encode_chunked=True)
    except (BrokenPipeError, ConnectionResetError):
        pass  # refused before all was sent: the answer may be there all the same
    try:
        equal(connection.getresponse().status, 413, "status")
    finally:
        connection.close()


@test
def unknown_and_duplicate_keys(world):
    name = world.unique("C")
    post(world, '{"external_id":"%s","colour":1,"shape":{}}' % name).problem(422, "invalid_input", ("colour", "unknown_field"), ("shape", "unknown_field"))
    post(world, '{"external_id":"%s","external_id":"%s"}' % (name, name)).problem(422, "invalid_input", ("external_id", "duplicate_field"))
    post(world, '{"external_id":"%s","exter\\u006eal_id":"%s"}' % (name, name)).problem(422, "invalid_input", ("external_id", "duplicate_field"))
    for key in ("External_id", "external_id ", "", "numbering.length", "external_id.x"):
        post(world, json.dumps({"mobile": "+4912345678", key: "x"})).problem(422, "invalid_input", (key, "unknown_field"))
    post(world, '{"mobile":"+4912345678","a\\u0000b":1}').problem(422, "invalid_input", ("", "unknown_field"))
    post(world, json.dumps({"mobile": "+4912345678", "k" * 100: 1})).problem(422, "invalid_input", ("k" * 64, "unknown_field"))
    numbering = '{"prefix":"AAAAA","length":12}'
    post(world, '{"code":"X","name":"X","numbering":%s,"numbering":%s}' % (numbering, numbering), "/v1/series").problem(
        422, "invalid_input", ("numbering", "duplicate_field"))
    post(world, '{"code":"X","name":"X","numbering":{"length":12,"length":13}}', "/v1/series").problem(
        422, "invalid_input", ("numbering.length", "duplicate_field"))
    post(world, '{"code":"X","name":"X","numbering.length":12}', "/v1/series").problem(
        422, "invalid_input", ("numbering.length", "unknown_field"), ("numbering.length", "required"))


@test
def wrong_types(world):
    for value in ("5", "true", "[]", "{}", "[\"x\"]", "1.5"):
        post(world, '{"external_id":%s}' % value).problem(422, "invalid_input", ("external_id", "wrong_type"))
    for value in ('"12"', "true", "null", "[12]", "12.0", "1e1", "12.5"):
        post(world, '{"numbering":{"length":%s}}' % value, "/v1/series/preview").problem(422, "invalid_input", ("numbering.length", "wrong_type"))
    for value in ('"true"', "1", "null", "[]"):
        post(world, '{"numbering":{"length":12,"generation":%s}}' % value, "/v1/series/preview").problem(
            422, "invalid_input", ("numbering.generation", "wrong_type"))
    for value in ("5", '"x"', "[]", "true", "null"):
        post(world, '{"numbering":%s}' % value, "/v1/series/preview").problem(422, "invalid_input", ("numbering", "wrong_type"))


@test
def numbers_out_of_range(world):
    for value in ("4", "151", "0", "-0", "-1", str(2 ** 31), str(2 ** 63 - 1), str(2 ** 63), str(-2 ** 63), str(2 ** 64 + 12), "9" * 1000):
        post(world, '{"numbering":{"length":%s}}' % value, "/v1/series/preview").problem(422, "invalid_input", ("numbering.length", "out_of_range"))
    for value, total in ((2 ** 63 - 1, None), (10 ** 18, None), (10 ** 18 - 1, "1")):
        reply = post(world, '{"numbering":{"length":30,"method":"sequential","start":%d}}' % value, "/v1/series/preview")
        if total is None:
            reply.problem(422, "invalid_input", ("numbering.start", "out_of_range"))
        else:
            holds(reply.ok()["space"], total=total)


@test
def control_characters(world):
    for character in ("\\u0000", "\\n", "\\t", "\\u001b", "\\u007f", "\\u0085", "\\u2028", "\\u2029"):
        post(world, '{"external_id":"a%sb"}' % character).problem(422, "invalid_input", ("external_id", "invalid_text"))
    for text in ("Ærø", "नाम", "👩‍👧", "a'b\"c\\d;--", "<script>", "%s%n", "${x}"):
        customer = world.customer(external_id=world.unique("C"), first_name=text)
        equal(world.owner.get(f"/v1/customers/{customer['id']}").ok()["first_name"], text, "as it was sent")
    for text in ("\u00a0x", "x\u3000", "\u2003"):
        world.owner.post("/v1/customers", {"external_id": text}).problem(422, "invalid_input", ("external_id", "bad_format"))


@test
def no_value_is_repeated(world):
    """A refusal says what is wrong, never what was sent: it may have been a secret."""
    secret = "SECRET-4111"
    for path, body in (("/v1/card-numbers/check", {"number": secret}), ("/v1/card-numbers", {"number": secret, "status_label": secret}),
                       ("/v1/cards", {"customer_id": secret, "number": secret, "otp": {"code": secret}}),
                       ("/v1/customers", {"mobile": secret, "verification": secret, "date_of_birth": secret})):
        reply = world.owner.post(path, body)
        reply.problem(422, "invalid_input")
        assert secret.encode() not in reply.body, reply


@test
def content_types(world):
    body = json.dumps({"external_id": world.unique("C")})
    for kind in ("text/plain", "application/x-www-form-urlencoded", "application/json2", "application/problem+json", "", None):
        post(world, body, headers={"Content-Type": kind}).problem(415, "unsupported_media_type")
    for kind in ("application/json; charset=utf-8", "Application/JSON", "application/json ;charset=UTF-8"):
        post(world, json.dumps({"external_id": world.unique("C")}), headers={"Content-Type": kind}).ok(201)
    world.owner.request("GET", "/v1/settings", json_body={"x": 1}).problem(422, "invalid_input", ("x", "unknown_field"))


@test
def paths_and_methods(world):
    for path in ("/", "/v1", "/v1/", "/v2/series", "/v1/serie", "/v1/series/", "/v1//series", "/V1/series", "/v1/series/x/y/z"):
        world.owner.get(path).problem(404, "not_found")
    for path in ("/v1/series/../series", "/v1/%2e%2e/series", "/v1/series/%00", "/v1/series/%ff", "/v1/series/%zz"):
        world.owner.get(path).problem(400, "bad_request")
    world.owner.delete("/v1/series").problem(405, "method_not_allowed")
    world.owner.request("PUT", "/v1/settings", json_body={}).problem(405, "method_not_allowed")
    world.owner.get("/v1/customers/search").problem(404, "not_found")
    for path in ("/v1/customers/cus_", "/v1/customers/CUS_0000000000001", "/v1/customers/1", "/v1/customers/cus_0000000000001x", "/v1/customers/cus_!!!!!!!!!!!!!"):
        world.owner.get(path).problem(404, "not_found")
    world.owner.get("/v1/series/" + "x" * 3000).problem(414, "uri_too_long")
    world.owner.get("/v1/series", {"code": "x" * 5000}).problem(414, "uri_too_long")


@test
def queries(world):
    for query, fault in (("limit=0", ("limit", "out_of_range")), ("limit=201", ("limit", "out_of_range")), ("limit=x", ("limit", "wrong_type")),
                         ("limit=", ("limit", "wrong_type")), ("limit=1&limit=2", ("limit", "duplicate_field")), ("after=x", ("after", "bad_format")),
                         ("after=card_0000000000001", ("after", "bad_format")), ("state=old", ("state", "not_allowed_value")),
                         ("colour=red", ("colour", "unknown_field")), ("code=" + "x" * 51, ("code", "too_long")), ("code=a%0ab", ("code", "invalid_text"))):
        world.owner.get("/v1/series?" + query).problem(422, "invalid_input", fault)
    world.owner.get("/v1/series?limit=0&colour=red").problem(422, "invalid_input", ("limit", "out_of_range"), ("colour", "unknown_field"))
    world.owner.get("/v1/settings?x=1").problem(422, "invalid_input", ("x", "unknown_field"))
    world.owner.get("/v1/series?limit=200").ok()


@test
def headers(world):
    world.owner.get("/v1/settings", headers={"X-Long": "x" * 9000}).problem(431, "headers_too_large")
    world.owner.get("/v1/settings", headers={f"X-{i}": "x" for i in range(100)}).problem(431, "headers_too_large")
    world.owner.get("/v1/settings", headers={"Host": "a b"}).problem(400, "bad_request")
    reply = world.owner.get("/v1/settings")
    reply.ok()
    equal(reply.headers["X-Content-Type-Options"], "nosniff", "nosniff")
    assert "no-store" in reply.headers["Cache-Control"], reply.headers["Cache-Control"]


@test
def who_asks(world):
    key = world.owner.key
    anonymous = world.anonymous()
    for value in (None, "", "Bearer", "Bearer ", "Basic " + key, key, "Bearer " + key[:-1], "Bearer " + key + "x", "Bearer " + key.swapcase(),
                  "Bearer x", "Bearer " + "x" * 1000, "Bearer " + key + " " + key):
        reply = anonymous.get("/v1/settings", headers={"Authorization": value})
        reply.problem(401, "unauthenticated")
    Client(world.server, key).get("/v1/settings").ok()
    # What is asked matters to nobody who may not ask.
    anonymous.post("/v1/customers", body="{", headers=JSON).problem(401, "unauthenticated")
    world.client("auditor").post("/v1/customers", body="{", headers=JSON).problem(403, "forbidden")
