"""A real language model on this machine: llama.cpp's server with SmolLM2-135M, as `companion-edge models install` installed them.

usage: llama_server.py MODELS      the folder of the models; prints its port, serves until standard input ends

The interface is llama.cpp's own: GET /v1/models, POST /v1/chat/completions, POST /v1/embeddings. Answers are fluent and often
wrong: what it says is nothing to test for, that and how it says it is.
"""
import os
import pathlib
import sys

#: As tests name it.
MODEL = "smollm2-135m"


def main():
    models = pathlib.Path(sys.argv[1])
    sys.dont_write_bytecode = True
    sys.path.insert(0, str(models / "llama-server"))
    import xllamacpp

    # llama.cpp talks to standard output too, where only the port belongs.
    out = os.dup(1)
    os.dup2(2, 1)
    settings = xllamacpp.CommonParams()
    settings.model.path = str(models / MODEL / "model.gguf")
    settings.model_alias = {MODEL}
    settings.hostnames = ["127.0.0.1"]
    settings.port = 0
    # Room for the companion's instructions in each of two questions at a time.
    settings.n_ctx = 8192
    settings.n_parallel = 2
    settings.n_gpu_layers = 0
    # Texts for vectors are read in one go.
    settings.n_batch = settings.n_ubatch = 2048
    settings.embedding = True
    settings.pooling_type = xllamacpp.llama_pooling_type.LLAMA_POOLING_TYPE_MEAN
    settings.ui = False
    settings.warmup = False
    settings.verbosity = 1
    server = xllamacpp.Server(settings)
    print(server.listening_address.rsplit(":", 1)[1], file=os.fdopen(out, "w"), flush=True)
    sys.stdin.read()
    # The server's threads do not wait for anybody.
    os._exit(0)


if __name__ == "__main__":
    main()
