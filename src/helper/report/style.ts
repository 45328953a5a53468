/** The page's looks: for light and dark, for phones and for paper. Short, because each job carries it. */
export const STYLE = `
:root{color-scheme:light dark;--bg:#fff;--card:#f5f6f8;--line:#d5d9de;--text:#16191d;--soft:#4f5863;--ok:#0b6a3c;--bad:#ab1f17;--warn:#7c4a00;--bar:#3c6fc4;--page:#fbe3ae}
@media(prefers-color-scheme:dark){:root{--bg:#13161a;--card:#1d2126;--line:#394049;--text:#e8eaed;--soft:#a9b2bc;--ok:#62d394;--bad:#ff9188;--warn:#f2bd66;--bar:#6d9cec;--page:#4a3a14}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:60rem;padding:2rem 1.25rem 3rem;background:var(--bg);color:var(--text);font:1rem/1.5 system-ui,sans-serif;overflow-wrap:anywhere}
h1{margin:0;font-size:2rem;line-height:1.2}
h2{margin:0 0 .75rem;font-size:1.15rem}
section{margin-top:2.25rem}
p{margin:.4rem 0}
a{color:inherit;text-underline-offset:.15em}
code,pre{font:.875em/1.5 ui-monospace,Menlo,Consolas,monospace}pre code{font:inherit}
.soft,dt,.tiles dt,footer{color:var(--soft)}
.ok{--tone:var(--ok)}.bad{--tone:var(--bad)}.warn{--tone:var(--warn)}
.verdict,.wrong{margin:1.25rem 0 0;padding:.9rem 1.1rem;border:1px solid var(--line);border-left:.4rem solid var(--tone);border-radius:.5rem;background:color-mix(in srgb,var(--tone) 8%,var(--bg))}
.verdict b{color:var(--tone);font-size:1.3rem}
.wrong p:first-child{font-weight:600}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(8.5rem,1fr));gap:.75rem;margin:1rem 0 0}
.tiles div{padding:.75rem 1rem;border:1px solid var(--line);border-radius:.5rem}
.tiles dt{font-size:.85rem}
.tiles dd{margin:0;font-size:1.15rem;font-weight:600}
.time td,.time th{padding:.35rem 0;border:0;white-space:nowrap}
.time .n{padding-left:.9rem;text-align:right;font-variant-numeric:tabular-nums}
.time .track{position:relative;width:100%;min-width:4rem;padding:0}
.time tbody .track{border:solid var(--line);border-width:0 1px}
.track i{position:absolute;top:0;bottom:0}
.track .bar{top:.5rem;bottom:auto;height:.9rem;min-width:3px;border-radius:2px;background:var(--tone,var(--bar))}
.track span{float:left;font-weight:400;font-size:.85rem}
.track span+span{float:right}
.page{background:var(--page)}
.key{display:inline-block;width:1.4rem;height:.8rem;margin-right:.4rem;vertical-align:-.05rem}
.tone{color:var(--tone);font-weight:600}
table{width:100%;border-collapse:collapse;overflow-wrap:break-word}
th,td{padding:.4rem .75rem .4rem 0;border-bottom:1px solid var(--line);text-align:left;vertical-align:top}
tbody th{font-weight:400;color:var(--soft)}
.time tbody th{padding-right:.9rem;color:inherit}
.facts{display:grid;grid-template-columns:minmax(7rem,auto) 1fr;gap:.4rem 1.25rem;margin:1.25rem 0 0}
.facts dd{margin:0}
.state{margin:0;padding:.9rem 1.1rem;border:1px solid var(--line);border-radius:.5rem;background:var(--card)}
pre{margin:.75rem 0 0;padding:.9rem 1.1rem;border:1px solid var(--line);border-radius:.5rem;background:var(--card);white-space:pre-wrap}
.log{display:flex;flex-direction:column-reverse;max-height:32rem;overflow:auto}
footer{margin-top:2.5rem;font-size:.85rem}
@media(max-width:40rem){body{padding:1.25rem 1rem 2rem}h1{font-size:1.6rem}.tiles{grid-template-columns:1fr 1fr}.time .track span,.time .tone{display:block;float:none}.time td{vertical-align:middle}.time .n{padding-left:.6rem}.time tbody th{padding-right:.6rem}td{font-size:.9rem}.facts{grid-template-columns:minmax(5.5rem,auto) 1fr;gap:.3rem .8rem}}
@media print{body{max-width:none;padding:0}.log{max-height:none}section{break-inside:avoid}section.long{break-inside:auto}*{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
`;
