/* ALSA as a driver or a sound server makes it that keeps its callers: loaded before ALSA's library, no call that opens a device or
 * moves its sound begins while the file named by STUCK_SOUND is there.
 */
#define _GNU_SOURCE
#include <alsa/asoundlib.h>
#include <dlfcn.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static void wait_for_release(void)
{
	const struct timespec pause = { .tv_nsec = 10 * 1000 * 1000 };
	const char *file = getenv("STUCK_SOUND");
	while (file != NULL && access(file, F_OK) == 0)
		nanosleep(&pause, NULL);
}

#define FREE(name) ((typeof(&name))dlsym(RTLD_NEXT, #name))

int snd_pcm_open(snd_pcm_t **pcm, const char *name, snd_pcm_stream_t stream, int mode)
{
	wait_for_release();
	return FREE(snd_pcm_open)(pcm, name, stream, mode);
}

int snd_pcm_wait(snd_pcm_t *pcm, int timeout)
{
	wait_for_release();
	return FREE(snd_pcm_wait)(pcm, timeout);
}

snd_pcm_sframes_t snd_pcm_readi(snd_pcm_t *pcm, void *buffer, snd_pcm_uframes_t size)
{
	wait_for_release();
	return FREE(snd_pcm_readi)(pcm, buffer, size);
}

snd_pcm_sframes_t snd_pcm_writei(snd_pcm_t *pcm, const void *buffer, snd_pcm_uframes_t size)
{
	wait_for_release();
	return FREE(snd_pcm_writei)(pcm, buffer, size);
}
