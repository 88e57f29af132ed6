"""Storage's resumable uploads, by the TUS protocol 1.0.0."""
import base64
import uuid

from aiohttp import web

from . import storage
from .refused import storage_failure as failure

routes = web.RouteTableDef()
BASE = "/storage/v1/upload/resumable"
HEADERS = {"Tus-Resumable": "1.0.0", "Cache-Control": "no-store"}
CHUNK = 6 << 20


@routes.post(BASE)
async def create(request):
    project = request.app["project"]
    role, claims = project.identify(request)
    length = int(request.headers.get("Upload-Length", "-1"))
    meta = _metadata(request.headers.get("Upload-Metadata", ""))
    if length < 0 or not {"bucketName", "objectName"} <= set(meta):
        raise failure(400, "400", "invalid_request", "Upload-Length or Upload-Metadata is missing")
    bucket, name = meta["bucketName"], meta["objectName"]
    await storage.check(request, bucket, length)
    await _rehearse(project, role, claims, bucket, name, request.headers.get("x-upsert") == "true")
    key = uuid.uuid4().hex
    upload = {"length": length, "meta": meta, "data": bytearray(), "owner": claims.get("sub"),
              "replaces": request.headers.get("x-upsert") == "true"}
    project.uploads[key] = upload
    if request.can_read_body:
        await _append(request, key, upload, await request.read())
    headers = {**HEADERS, "Location": f"{project.url}{BASE}/{key}", "Upload-Offset": str(len(upload["data"]))}
    return web.Response(status=201, headers=headers)


@routes.head(BASE + "/{key}")
async def offset(request):
    upload = _find(request)
    return web.Response(status=200, headers={
        **HEADERS, "Upload-Offset": str(len(upload["data"])), "Upload-Length": str(upload["length"])})


@routes.patch(BASE + "/{key}")
async def append(request):
    upload = _find(request)
    if int(request.headers.get("Upload-Offset", "-1")) != len(upload["data"]):
        return web.Response(status=409, text="Upload-Offset conflict", headers=HEADERS)
    if request.headers.get("Content-Type") != "application/offset+octet-stream":
        return web.Response(status=415, text="Invalid Content-Type", headers=HEADERS)
    await _append(request, request.match_info["key"], upload, await request.read())
    return web.Response(status=204, headers={**HEADERS, "Upload-Offset": str(len(upload["data"]))})


@routes.delete(BASE + "/{key}")
async def abandon(request):
    _find(request)
    del request.app["project"].uploads[request.match_info["key"]]
    return web.Response(status=204, headers=HEADERS)


async def _append(request, key, upload, data):
    if len(data) > CHUNK or len(upload["data"]) + len(data) > upload["length"]:
        raise failure(413, "413", "Payload too large", "a chunk has at most 6 MB and ends with the upload")
    upload["data"] += data
    if len(upload["data"]) == upload["length"]:
        meta = upload["meta"]
        await storage.store(
            request, meta["bucketName"], meta["objectName"], bytes(upload["data"]),
            meta.get("contentType", "application/octet-stream"), replaces=upload["replaces"])


async def _rehearse(project, role, claims, bucket, name, replaces):
    """Whether the object could be made, before its bytes are taken."""
    try:
        async with project.as_role(role, claims) as connection:
            await connection.execute(
                "insert into storage.objects (bucket_id, name, owner_id) values (%s, %s, %s)" +
                (" on conflict (bucket_id, name) do nothing" if replaces else ""), (bucket, name, claims.get("sub")))
            await connection.rollback()
    except storage.ApiError as error:
        refusal = storage.translate(error)
        # Unlike whole uploads, these carry the status where HTTP does.
        status = refusal.body["statusCode"]
        raise failure(int(status), status, refusal.body["error"], refusal.body["message"]) from error


def _find(request):
    project = request.app["project"]
    _, claims = project.identify(request)
    upload = project.uploads.get(request.match_info["key"])
    if upload is None or upload["owner"] != claims.get("sub"):
        raise failure(404, "404", "not_found", "The file for this url was not found")
    return upload


def _metadata(header):
    pairs = (item.strip().split(" ", 1) for item in header.split(",") if item.strip())
    return {pair[0]: base64.b64decode(pair[1]).decode() if len(pair) > 1 else "" for pair in pairs}
