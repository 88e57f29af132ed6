"""Storage: whole objects. Row security on storage.objects judges; the bytes are files."""
import json
import uuid
from email.parser import BytesParser
from email.policy import HTTP

import psycopg
from aiohttp import web
from psycopg.types.json import Jsonb

from .errors import ApiError
from .refused import storage_failure as failure

routes = web.RouteTableDef()
OBJECT = "/storage/v1/object/{bucket}/{name:.+}"


@routes.post("/storage/v1/object/list/{bucket}")
async def list_objects(request):
    project = request.app["project"]
    role, claims = project.identify(request)
    body = await request.json()
    async with project.as_role(role, claims) as connection:
        rows = await (await connection.execute(
            "select name, id::text, metadata from storage.objects where bucket_id = %s and starts_with(name, %s) order by name limit %s",
            (request.match_info["bucket"], body.get("prefix", ""), body.get("limit", 100)))).fetchall()
    return web.json_response([{"name": name, "id": key, "metadata": metadata} for name, key, metadata in rows])


@routes.post(OBJECT)
@routes.put(OBJECT)
async def upload(request):
    bucket, name = request.match_info["bucket"], request.match_info["name"]
    data, kind = await _content(request)
    replaces = request.method == "PUT" or request.headers.get("x-upsert") == "true"
    key = await store(request, bucket, name, data, kind, replaces=replaces)
    return web.json_response({"Key": f"{bucket}/{name}", "Id": key})


async def _content(request):
    """The bytes and their type: the body itself, or the file of a form, as the Python client sends it."""
    kind = request.headers.get("Content-Type", "application/octet-stream")
    if not kind.startswith("multipart/form-data"):
        return await request.read(), kind
    form = BytesParser(policy=HTTP).parsebytes(f"Content-Type: {kind}\r\n\r\n".encode() + await request.read())
    for part in form.iter_parts():
        if part.get_filename() is not None:
            return part.get_payload(decode=True), part.get_content_type()
    raise failure(400, "400", "invalid_request", "the form has no file")


@routes.get("/storage/v1/object/authenticated/{bucket}/{name:.+}")
@routes.get(OBJECT)
async def download(request):
    project = request.app["project"]
    role, claims = project.identify(request)
    async with project.as_role(role, claims) as connection:
        row = await (await connection.execute(
            "select id::text, metadata from storage.objects where bucket_id = %s and name = %s",
            (request.match_info["bucket"], request.match_info["name"]))).fetchone()
    if row is None:
        raise failure(400, "404", "not_found", "Object not found")
    data = (project.files / row[0]).read_bytes()
    return _ranged(request, data, row[1])


@routes.delete(OBJECT)
async def delete(request):
    project = request.app["project"]
    role, claims = project.identify(request)
    async with project.as_role(role, claims) as connection:
        row = await (await connection.execute(
            "delete from storage.objects where bucket_id = %s and name = %s returning id::text",
            (request.match_info["bucket"], request.match_info["name"]))).fetchone()
    if row is None:
        raise failure(400, "404", "not_found", "Object not found")
    (project.files / row[0]).unlink(missing_ok=True)
    return web.json_response({"message": "Successfully deleted"})


async def store(request, bucket, name, data, kind, *, replaces):
    """Makes the object's row and file; raises what Storage answers when it may not."""
    project = request.app["project"]
    await check(request, bucket, len(data))
    role, claims = project.identify(request)
    clause = " on conflict (bucket_id, name) do update set metadata = excluded.metadata, updated_at = now()" if replaces else ""
    metadata = Jsonb({"size": len(data), "mimetype": kind, "eTag": f'"{uuid.uuid4().hex}"'})
    try:
        async with project.as_role(role, claims) as connection:
            row = await (await connection.execute(
                "insert into storage.objects (bucket_id, name, owner_id, metadata) values (%s, %s, %s, %s)" + clause +
                " returning id::text", (bucket, name, claims.get("sub"), metadata))).fetchone()
            (project.files / row[0]).write_bytes(data)
            return row[0]
    except ApiError as error:
        raise translate(error) from error


def translate(error):
    code = error.body["code"]
    if code == psycopg.errors.UniqueViolation.sqlstate:
        return failure(400, "409", "Duplicate", "The resource already exists")
    if code == psycopg.errors.InsufficientPrivilege.sqlstate:
        return failure(400, "403", "Unauthorized", "new row violates row-level security policy")
    return failure(400, "400", "Error", json.dumps(error.body))


async def check(request, bucket, size):
    """The bucket must exist, and the object must not be larger than it takes."""
    async with request.app["project"].as_admin() as connection:
        row = await (await connection.execute("select file_size_limit from storage.buckets where id = %s", (bucket,))).fetchone()
    if row is None:
        raise failure(400, "404", "Bucket not found", "Bucket not found")
    if row[0] is not None and size > row[0]:
        raise failure(413, "413", "Payload too large", "The object exceeded the maximum allowed size")


def _ranged(request, data, metadata):
    headers = {"ETag": metadata["eTag"], "Accept-Ranges": "bytes"}
    span = request.http_range
    if span.start is not None or span.stop is not None:
        part = data[span]
        first = span.start or 0
        headers["Content-Range"] = f"bytes {first}-{first + len(part) - 1}/{len(data)}"
        return web.Response(body=part, status=206, content_type=metadata["mimetype"], headers=headers)
    return web.Response(body=data, content_type=metadata["mimetype"], headers=headers)
