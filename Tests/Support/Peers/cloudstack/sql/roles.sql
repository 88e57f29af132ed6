-- The roles of a hosted project. `postgres` owns the project's tables and runs its migrations without being a superuser.
create role postgres login createdb createrole bypassrls replication;
create role anon nologin noinherit;
create role authenticated nologin noinherit;
create role service_role nologin noinherit bypassrls;
create role authenticator login noinherit;
create role supabase_auth_admin nologin noinherit createrole;
create role supabase_storage_admin nologin noinherit createrole;
create role supabase_realtime_admin nologin noinherit;
grant anon, authenticated, service_role to authenticator with admin option;
grant anon, authenticated, service_role to postgres with admin option;
-- Hosted projects let `postgres` manage policies of these owners' tables; membership is the nearest that plain PostgreSQL has.
grant supabase_storage_admin, supabase_realtime_admin to postgres;
