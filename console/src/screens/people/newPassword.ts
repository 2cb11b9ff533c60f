/* Without letters and digits that one takes for another when a password is read out or copied from paper. */
const ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789";
const GROUPS = 4;
const GROUP_LENGTH = 5; // 20 characters of 31: 99 bits

function randomCharacter(): string {
  const fair = 256 - (256 % ALPHABET.length); // bytes past it would make the first letters likelier
  for (;;) {
    const byte = crypto.getRandomValues(new Uint8Array(1))[0]!;
    if (byte < fair) {
      return ALPHABET[byte % ALPHABET.length]!;
    }
  }
}

const randomGroup = (): string => Array.from({ length: GROUP_LENGTH }, randomCharacter).join("");

/* A strong password that is easy to hand over: "k7mfq-2hxw9-...", with letters and digits, as the program asks. */
export function makePassword(): string {
  for (;;) {
    const password = Array.from({ length: GROUPS }, randomGroup).join("-");
    if (/[a-z]/.test(password) && /\d/.test(password)) {
      return password;
    }
  }
}
