// Which of the server's offers this browser plays, best first.
//
// What is known of browsers: the media element plays most files as they are, trimmed for gapless
// play; Media Source takes no MP3 in MP4 and no ALAC; an element given HEVC that it can't decode
// plays sound alone without an error, so HEVC counts only if Media Source says yes.
import type { Offer } from '../api/types';

export interface Capabilities {
  source(type: string): boolean; // the element plays this type by its address
  mediaSource(type: string): boolean;
  nativeHls: boolean;
  preferNativeHls: boolean; // WebKit: AirPlay and low power come with its own player
}

export type Method = 'source' | 'hls.js' | 'native-hls';

export interface Candidate {
  offer: Offer;
  method: Method;
  url: string;
}

export interface Ranking {
  candidates: Candidate[];
  reasons: string[]; // why the others can't be played, for people
}

const hlsTypes = new Set(['application/vnd.apple.mpegurl', 'application/x-mpegurl']);
const selfDescribing = new Set([
  'audio/mpeg', 'audio/flac', 'audio/aac', 'audio/wav', 'audio/x-wav', 'audio/wave',
]);

const isHls = (offer: Offer): boolean => hlsTypes.has(baseType(offer));
const baseType = (offer: Offer): string =>
  (offer.contentType.split(';')[0] ?? '').trim().toLowerCase();
const codecList = (offer: Offer): string[] =>
  offer.codecs.split(',').map((codec) => codec.trim()).filter((codec) => codec !== '');

const videoCodec = /^(avc[13]|hvc1|hev1|vp0?[89]|av01|mp4v|dvh[1e])/i;
const hevc = /^(hvc1|hev1)/i;

const hasVideo = (offer: Offer): boolean => codecList(offer).some((c) => videoCodec.test(c));

const mp4 = (codec: string): string =>
  `${videoCodec.test(codec) ? 'video' : 'audio'}/mp4; codecs="${codec}"`;

function decodes(codec: string, can: Capabilities): boolean {
  if (isMp3(codec)) return can.source('audio/mpeg');
  return can.mediaSource(mp4(codec)) || (!hevc.test(codec) && can.source(mp4(codec)));
}

// `known`: the codecs of the same rendition as other offers tell them, for an offer without any.
function sourcePlays(offer: Offer, known: readonly string[], can: Capabilities): boolean {
  const type = baseType(offer);
  const codecs = codecList(offer);
  if (codecs.some((codec) => hevc.test(codec))) {
    return codecs.every((codec) => can.mediaSource(mp4(codec)));
  }
  if (codecs.length === 0) return can.source(type) && known.every((codec) => decodes(codec, can));
  if (can.source(`${type}; codecs="${codecs.join(', ')}"`)) return true;
  return selfDescribing.has(type) && can.source(type);
}

function mediaSourcePlays(offer: Offer, can: Capabilities): boolean {
  const codecs = codecList(offer);
  if (codecs.length === 0) return can.mediaSource('video/mp4');
  return codecs.every((codec) => {
    if (isMp3(codec)) {
      return can.mediaSource('audio/mpeg') || can.mediaSource('audio/mp4; codecs="mp3"');
    }
    return can.mediaSource(mp4(codec));
  });
}

const isMp3 = (codec: string): boolean =>
  codec === 'mp3' || /^mp4a\.(6b|69|40\.34)$/i.test(codec);

function methodsFor(offer: Offer, known: readonly string[], can: Capabilities): Method[] {
  if (!isHls(offer)) return sourcePlays(offer, known, can) ? ['source'] : [];
  const methods: Method[] = mediaSourcePlays(offer, can) ? ['hls.js'] : [];
  if (!can.nativeHls) return methods;
  if (can.preferNativeHls) return ['native-hls', ...methods];
  return codecList(offer).every((codec) => decodes(codec, can)) ? [...methods, 'native-hls'] : methods;
}

// Music plays from files first: the element trims them exactly and needs no further code. Film
// plays from HLS first, which seeks and buffers in segments.
export function rank(offers: readonly Offer[], can: Capabilities): Ranking {
  const candidates: Candidate[] = [];
  const reasons: string[] = [];
  const codecsOf = new Map<string, string[]>();
  for (const offer of offers) {
    if (offer.codecs !== '') codecsOf.set(offer.rendition, codecList(offer));
  }
  const film = offers.some(hasVideo);
  for (const offer of offers) {
    if (!offer.playable || offer.path === '') {
      if (offer.reason !== '') reasons.push(offer.reason);
      continue;
    }
    const known = codecsOf.get(offer.rendition) ?? [];
    const methods = methodsFor(offer, known, can);
    for (const method of methods) candidates.push({ offer, method, url: offer.path });
    if (methods.length === 0) reasons.push(`This browser can't decode ${describe(offer, known)}.`);
  }
  const order = (candidate: Candidate): number => {
    const file = candidate.method === 'source';
    const native = candidate.method === 'native-hls' && !can.preferNativeHls;
    return (file === film ? 2 : 0) + (native ? 1 : 0);
  };
  candidates.sort((a, b) => order(a) - order(b)); // stable: the server's order breaks ties
  return { candidates, reasons: [...new Set(reasons)] };
}

const codecNames: [RegExp, string][] = [
  [/^alac/i, 'ALAC'], [/^(hvc1|hev1)/i, 'HEVC'], [/^avc/i, 'H.264'], [/^av01/i, 'AV1'],
  [/^vp0?9/i, 'VP9'], [/^flac/i, 'FLAC'], [/^opus/i, 'Opus'], [/^mp4a\.40/i, 'AAC'],
];

function describe(offer: Offer, known: readonly string[]): string {
  const codecs = offer.codecs === '' ? known : codecList(offer);
  const names = codecs.map((codec) =>
    codecNames.find(([pattern]) => pattern.test(codec))?.[1] ?? codec);
  return names.length > 0 ? names.join(' with ') : baseType(offer) || 'this format';
}

// What to say when no candidate is left.
export function unplayable(title: string, reasons: readonly string[]): string {
  const why = reasons.length > 0 ? ` ${reasons.join(' ')}` : '';
  return `“${title}” can't be played here.${why} Another browser may have the decoder.`;
}

export function browserCapabilities(): Capabilities {
  const probe = document.createElement('video');
  const scope = globalThis as { MediaSource?: typeof MediaSource; ManagedMediaSource?: typeof MediaSource };
  const source = scope.ManagedMediaSource ?? scope.MediaSource;
  return {
    source: (type) => probe.canPlayType(type) !== '',
    mediaSource: (type) => source?.isTypeSupported(type) ?? false,
    nativeHls: probe.canPlayType('application/vnd.apple.mpegurl') !== '',
    preferNativeHls: 'webkitShowPlaybackTargetPicker' in probe,
  };
}
