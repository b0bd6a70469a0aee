// Writes the boxes of ISO/IEC 14496-12: big-endian numbers, and boxes that know their own size.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace consort::delivery {

// Appends to a string that the caller owns. Boxes nest as scopes do:
//
//     BoxWriter out(bytes);
//     {
//         auto moof = out.box("moof");
//         auto mfhd = out.full_box("mfhd", 0, 0);
//         out.u32(sequence_number);
//     }
class BoxWriter {
  public:
    explicit BoxWriter(std::string& out) noexcept : out_(out) {}

    // Open while it lives; its size is filled in when it ends.
    class Box {
      public:
        Box(const Box&) = delete;
        Box& operator=(const Box&) = delete;
        ~Box() { writer_.patch_u32(at_, static_cast<std::uint32_t>(writer_.size() - at_)); }

      private:
        friend class BoxWriter;
        Box(BoxWriter& writer, std::size_t at) noexcept : writer_(writer), at_(at) {}
        BoxWriter& writer_;
        std::size_t at_;
    };

    [[nodiscard]] Box box(const char (&type)[5]) {
        const std::size_t at = out_.size();
        u32(0);
        out_.append(type, 4);
        return {*this, at};
    }
    [[nodiscard]] Box full_box(const char (&type)[5], std::uint8_t version, std::uint32_t flags) {
        const std::size_t at = out_.size();
        u32(0);
        out_.append(type, 4);
        u32(static_cast<std::uint32_t>(version) << 24 | (flags & 0xffffffu));
        return {*this, at};
    }

    void u8(std::uint8_t value) { out_.push_back(static_cast<char>(value)); }
    void u16(std::uint16_t value) { big_endian<2>(value); }
    void u24(std::uint32_t value) { big_endian<3>(value); }
    void u32(std::uint32_t value) { big_endian<4>(value); }
    void u64(std::uint64_t value) { big_endian<8>(value); }
    void i32(std::int32_t value) { u32(static_cast<std::uint32_t>(value)); }
    void bytes(std::string_view value) { out_.append(value); }
    void zeros(std::size_t count) { out_.append(count, '\0'); }

    std::size_t size() const noexcept { return out_.size(); }
    void patch_u32(std::size_t at, std::uint32_t value) {
        for (int byte = 0; byte < 4; ++byte) {
            out_[at + static_cast<std::size_t>(byte)] =
                static_cast<char>(value >> (8 * (3 - byte)));
        }
    }

  private:
    template <int Bytes>
    void big_endian(std::uint64_t value) {
        char buffer[Bytes];
        for (int byte = 0; byte < Bytes; ++byte) {
            buffer[byte] = static_cast<char>(value >> (8 * (Bytes - 1 - byte)));
        }
        out_.append(buffer, Bytes);
    }

    std::string& out_;
};

}  // namespace consort::delivery
