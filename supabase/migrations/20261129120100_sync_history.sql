-- A push belongs to the history that its device knows.
--
-- A server that was set back is noticed when a device has had answers to operations which it no longer knows. The device then
-- numbers anew what is missing, so a request from before, which the network delivers once more a minute later, could be taken
-- for the next operation: an increment would count twice. So a server that finds out that it was set back begins another history
-- (a new epoch, which makes the person's other devices look as well), and a push to another history than the current one is
-- answered with that, before anything is touched. A push that names no epoch is not checked.
--
-- What pushes do stays as it is, and goes where the API does not reach: the function made by the files before this one becomes
-- sync.sync_push.

drop function if exists sync.sync_push(uuid, jsonb, bigint, int, text, bigint, bigint, uuid, int);
alter function public.sync_push(uuid, jsonb, bigint, int, text, bigint, bigint, uuid, int) set schema sync;

-- Begins another history, unless somebody has done so since the caller looked.
create or replace function sync.begin_history(p_epoch uuid) returns void
language sql security definer set search_path = '' as
$$ update sync.heads h set epoch = gen_random_uuid() where h.user_id = sync.caller() and h.epoch = p_epoch $$;
alter function sync.begin_history(uuid) owner to sync_owner;

create or replace function public.sync_push(
    p_dev uuid, p_ops jsonb, p_acked bigint default 0, p_proto int default 1, p_app text default null, p_since bigint default null,
    p_floor bigint default null, p_epoch uuid default null, p_limit int default 500)
returns jsonb language plpgsql volatile set search_path = '' set lock_timeout = '400ms' as $$
declare
    answer jsonb;
begin
    if p_epoch is not null and p_proto = 1
        and not exists (select from sync.heads h where h.user_id = auth.uid() and h.epoch = p_epoch) then
        return '{"verdict": "other_history"}';
    end if;
    answer := sync.sync_push(p_dev, p_ops, p_acked, p_proto, p_app, p_since, p_floor, p_epoch, p_limit);
    if p_epoch is not null and answer ->> 'verdict' = 'server_rewound' then
        perform sync.begin_history(p_epoch);
    end if;
    return answer;
end $$;

revoke execute on function
    sync.begin_history(uuid), sync.sync_push(uuid, jsonb, bigint, int, text, bigint, bigint, uuid, int),
    public.sync_push(uuid, jsonb, bigint, int, text, bigint, bigint, uuid, int) from public, anon, service_role;
grant execute on function
    sync.begin_history(uuid), sync.sync_push(uuid, jsonb, bigint, int, text, bigint, bigint, uuid, int),
    public.sync_push(uuid, jsonb, bigint, int, text, bigint, bigint, uuid, int) to authenticated;
