import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { archiveOf, type Kind, type Release } from '../kind.ts';

/** https://docs.brew.sh/Formula-Cookbook */
export const homebrew: Kind = {
  name: 'homebrew',
  what: 'the formula for a tap of our own: `brew install toolcrib/tap/toolcrib`',
  make(release) {
    mkdirSync(join(release.folder, 'homebrew'), { recursive: true });
    writeFileSync(join(release.folder, 'homebrew', `${release.description.name}.rb`), formula(release));
    return [`homebrew/${release.description.name}.rb`];
  },
};

function formula(release: Release): string {
  const { name, version, summary, homepage, licence } = release.description;
  const class_ = name[0]?.toUpperCase() + name.slice(1);
  const systems = [
    { on: 'on_macos', os: 'darwin' },
    { on: 'on_linux', os: 'linux' },
  ];
  const blocks = systems.flatMap(({ on, os }) => {
    const own = release.executables.filter(({ platform }) => platform.os === os);
    if (own.length === 0) return [];
    const parts = own.map(({ platform }) => {
      const { url, sha256 } = archiveOf(release, platform);
      return `    ${platform.arch === 'arm64' ? 'on_arm' : 'on_intel'} do\n      url ${quoted(url)}\n      sha256 ${quoted(sha256)}\n    end\n`;
    });
    return `  ${on} do\n${parts.join('')}  end\n`;
  });
  // Homebrew wants a description without an article, that does not begin with the name.
  return `class ${class_} < Formula
  desc ${quoted(summary.replace(/^(the|an?) /i, '').replace(/^./, (letter) => letter.toUpperCase()))}
  homepage ${quoted(homepage)}
  version ${quoted(version)}
  license ${quoted(licence)}

${blocks.join('\n')}
  def install
    # Apple silicon starts nothing that is not signed, by nobody at least.
    system "codesign", "--force", "--sign", "-", ${quoted(name)} if OS.mac?
    bin.install ${quoted(name)}
    doc.install "THIRD-PARTY-LICENSES.txt"
    man1.install Dir["man/*.1"]
    bash_completion.install "completions/${name}.bash" => ${quoted(name)}
    zsh_completion.install "completions/${name}.zsh" => "_${name}"
    fish_completion.install "completions/${name}.fish"
  end

  test do
    assert_equal version.to_s, shell_output("#{bin}/${name} --version").strip
  end
end
`;
}

const quoted = (text: string) => `"${text.replaceAll(/["\\#]/g, (one) => `\\${one}`)}"`;
