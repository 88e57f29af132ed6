/* A sound device with a door: an ALSA plugin that refuses to open while a file says so, and is the device behind it otherwise.
 *
 *   pcm_type.door { lib "/path/door_pcm.so" }
 *   pcm.mine { type door file "/path/errno" device "mic" }
 *
 * The file holds an error number of errno.h, such as 16 (in use) or 13 (not permitted); 0, or no file, is an open door.
 */
#include <alsa/asoundlib.h>
#include <alsa/pcm_external.h>
#include <errno.h>
#include <stdio.h>

SND_PCM_PLUGIN_DEFINE_FUNC(door)
{
	const char *file = NULL, *device = NULL;
	snd_config_iterator_t entry, next;

	snd_config_for_each(entry, next, conf) {
		snd_config_t *node = snd_config_iterator_entry(entry);
		const char *id;
		if (snd_config_get_id(node, &id) < 0)
			continue;
		if (strcmp(id, "file") == 0)
			snd_config_get_string(node, &file);
		else if (strcmp(id, "device") == 0)
			snd_config_get_string(node, &device);
	}
	if (file == NULL || device == NULL)
		return -EINVAL;

	FILE *door = fopen(file, "r");
	int refusal = 0;
	if (door != NULL) {
		if (fscanf(door, "%d", &refusal) != 1)
			refusal = 0;
		fclose(door);
	}
	if (refusal != 0)
		return -refusal;
	return snd_pcm_open_lconf(pcmp, device, stream, mode, root);
}

SND_PCM_PLUGIN_SYMBOL(door);
