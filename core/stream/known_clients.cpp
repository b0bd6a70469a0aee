// Every fact about browsers and players that the server knows. All of it stands in this file.
//
// Chromium and Firefox were measured (playing through an element and through Media Source, with
// seeking); the others follow what their makers publish, and where versions differ, the oldest in
// common use. A wrong "no" costs some work on the server, a wrong "yes" costs silence: in doubt,
// no.
#include <algorithm>
#include <array>

#include "core/stream/client.hpp"
#include "core/stream/names.hpp"

namespace consort::stream {
namespace {

struct KnownClient {
    std::string_view name, title;
    std::string_view containers, codecs;
    std::string_view scripted_containers, scripted_codecs;
};

constexpr std::string_view kAnything = "*";

constexpr std::array kClients{
    // HEVC: only with the graphics card of some machines, and an element that lacks it plays the
    // sound alone without an error. ALAC and AIFF: never. MP3 in MP4: an element, not Media Source.
    KnownClient{"chrome", "Chrome", "mp4,webm,mkv,mp3,flac,ogg,aac,wav",
                "aac,mp3,flac,opus,vorbis,pcm,h264,vp8,vp9,av1", "hls,dash",
                "aac,mp3,flac,opus,h264,vp9,av1"},
    KnownClient{"edge", "Edge", "mp4,webm,mkv,mp3,flac,ogg,aac,wav",
                "aac,mp3,flac,opus,vorbis,pcm,h264,vp8,vp9,av1", "hls,dash",
                "aac,mp3,flac,opus,h264,vp9,av1"},
    KnownClient{"firefox", "Firefox", "mp4,webm,mkv,mp3,flac,ogg,aac,wav",
                "aac,mp3,flac,opus,vorbis,pcm,h264,hevc,vp8,vp9,av1", "hls,dash",
                "aac,mp3,flac,opus,h264,hevc,vp9,av1"},
    // Also every browser on iOS. Its own player is the better one for playlists: AirPlay,
    // background.
    // Ogg, WebM and AV1 depend on version and chip.
    KnownClient{"safari", "Safari", "mp4,mp3,flac,aac,wav,aiff,caf,hls",
                "aac,xhe-aac,mp3,flac,alac,pcm,ac3,eac3,h264,hevc", "", ""},
    KnownClient{"android", "Android's player", "mp4,webm,mkv,mp3,flac,ogg,aac,wav,ts,dash,hls",
                "aac,mp3,flac,opus,vorbis,pcm,h264,vp8,vp9", "", ""},
    KnownClient{"chromecast", "Chromecast", "mp4,webm,mp3,flac,ogg,wav,hls,dash",
                "aac,mp3,flac,opus,vorbis,pcm,h264,vp8,vp9", "", ""},
    KnownClient{"vlc", "VLC", kAnything, kAnything, "", ""},
    KnownClient{"ffmpeg", "mpv or FFmpeg", kAnything, kAnything, "", ""},
    KnownClient{"kodi", "Kodi", kAnything, kAnything, "", ""},
    // What nearly everything plays.
    KnownClient{"generic", "an unknown client", "mp3,mp4,flac,wav,aac,hls", "mp3,aac,flac,pcm,h264",
                "", ""},
};
constexpr std::string_view kGeneric = "generic";

// Words of the User-Agent header; the first one that is in it decides. Edge and Opera also say
// Chrome, and all of these say Safari.
struct Mark {
    std::string_view word, client;
};
constexpr std::array kMarks{
    Mark{"CrKey", "chromecast"},
    Mark{"Kodi/", "kodi"},
    Mark{"LibVLC", "vlc"},
    Mark{"VLC/", "vlc"},
    Mark{"mpv", "ffmpeg"},
    Mark{"Lavf/", "ffmpeg"},
    Mark{"ExoPlayer", "android"},
    Mark{"AndroidXMedia", "android"},
    Mark{"AppleCoreMedia", "safari"},
    Mark{"iPhone", "safari"},
    Mark{"iPad", "safari"},
    Mark{"EdgA/", "edge"},
    Mark{"Edg/", "edge"},
    Mark{"Firefox/", "firefox"},
    Mark{"Chrome/", "chrome"},
    Mark{"Chromium/", "chrome"},
    Mark{"Safari/", "safari"},
};

std::string same(std::string_view word) { return std::string(word); }

Client unpacked(const KnownClient& known) {
    Client client;
    client.name = known.name;
    client.title = known.title;
    client.containers = name_list(known.containers, same);
    client.codecs = name_list(known.codecs, same);
    client.scripted_containers = name_list(known.scripted_containers, same);
    client.scripted_codecs = name_list(known.scripted_codecs, same);
    return client;
}

const std::vector<Client>& clients() {
    static const std::vector<Client> all = [] {
        std::vector<Client> out;
        for (const KnownClient& known : kClients) out.push_back(unpacked(known));
        return out;
    }();
    return all;
}

}  // namespace

const Client* client_named(std::string_view profile) noexcept {
    const auto& all = clients();
    const auto found = std::ranges::find(all, profile, &Client::name);
    return found == all.end() ? nullptr : &*found;
}

const Client& client_of_user_agent(std::string_view user_agent) noexcept {
    for (const Mark& mark : kMarks) {
        if (user_agent.find(mark.word) != std::string_view::npos) return *client_named(mark.client);
    }
    return *client_named(kGeneric);
}

std::string known_client_names() {
    std::string out;
    for (const Client& client : clients()) out += (out.empty() ? "" : ", ") + client.name;
    return out;
}

}  // namespace consort::stream
