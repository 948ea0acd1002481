import { SUBJECT } from '../../testing/evidence.ts';
import { packOf } from '../../testing/pack.ts';

/** A name that tries everything. */
export const EVIL =
  '\u001b[31m\u001b]0;owned\u0007\u202e<script>alert(1)</script>"\'`|*_[x](http://evil.example)\n| a | @everyone #1 \u009b2J --> ]]>';

export const evil = packOf(
  (facts) => {
    Object.assign(facts['git.files'].readme, { endOfLife: EVIL });
    for (const person of facts['git.history'].contributors) person.name = EVIL;
    for (const release of facts['git.releases'].releases) release.tag = EVIL;
    facts['npm.version'].licence = EVIL;
    facts['git.history'].ref = EVIL;
  },
  { ...SUBJECT, name: EVIL, version: EVIL },
  EVIL,
);
export const packs = [packOf(), evil];
export const options = { width: 80, color: true, commands: true };
/** What a terminal would act on. */
export const UNSAFE = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;
