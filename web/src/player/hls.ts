// hls.js behind the deck's small interface. The library is fetched on first use.
import type { HlsFactory } from './deck';
import { heardInTag } from './id3';

// Live: as close to what is made just now as the playlist says. Titles come by an event: hls.js' text
// track for them would load a data: address, which the security policy forbids.
const liveSettings = {
  lowLatencyMode: true, backBufferLength: 20,
  enableID3MetadataCues: false, enableEmsgMetadataCues: false, enableDateRangeMetadataCues: false,
};

export const makeHls: HlsFactory = () => make({ lowLatencyMode: false });
export const makeLiveHls: HlsFactory = () => make(liveSettings);

const make = async (settings: object): ReturnType<HlsFactory> => {
  const { default: Hls } = await import('hls.js');
  const hls = new Hls({
    // Fragmented MP4 needs no transmuxing; a worker from a blob would need a laxer policy.
    enableWorker: false,
    maxBufferLength: 30,
    backBufferLength: 60,
    ...settings,
  });
  return {
    loadSource: (url) => hls.loadSource(url),
    attachMedia: (element) => hls.attachMedia(element),
    destroy: () => hls.destroy(),
    recoverMediaError: () => hls.recoverMediaError(),
    onHeard: (handler) => {
      hls.on(Hls.Events.FRAG_PARSING_METADATA, (_event, { samples }) => {
        for (const { pts, data } of samples) {
          const heard = heardInTag(data);
          if (heard !== undefined) handler(pts, heard);
        }
      });
    },
    onFatal: (handler) => {
      hls.on(Hls.Events.ERROR, (_event, data) => {
        if (!data.fatal) return;
        const media = data.type === Hls.ErrorTypes.MEDIA_ERROR;
        handler(media ? 'media' : 'other', `The stream failed (${data.details}).`);
      });
    },
  };
};
