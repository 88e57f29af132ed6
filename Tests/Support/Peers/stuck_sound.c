/* ALSA as a driver or a sound server makes it that keeps its callers: loaded before ALSA's library, no call that opens a device or
 * moves its sound begins while somebody has the file named by STUCK_SOUND locked.
 */
#define _GNU_SOURCE
#include <alsa/asoundlib.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>

static void wait_for_release(void)
{
	const char *path = getenv("STUCK_SOUND");
	int file = path != NULL ? open(path, O_RDONLY | O_CLOEXEC) : -1;

	if (file < 0)
		return;
	flock(file, LOCK_SH);
	close(file);
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
