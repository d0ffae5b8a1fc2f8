/** Colours of a chart's series, legible on light and dark grounds. */
export const style = `text{font:11px system-ui,sans-serif;fill:#57606a}.t{font-weight:600;fill:#24292f}.g{stroke:#8886;stroke-width:.5}
.s0{--c:#0072b2}.s1{--c:#d55e00}.s2{--c:#009e73}.s3{--c:#cc79a7}.s4{--c:#8a6d00}.s5{--c:#7c5cc4}path{fill:none;stroke:var(--c);stroke-width:1.8}circle{fill:var(--c)}.n{fill:var(--c)}.l{stroke-width:.6}
@media(prefers-color-scheme:dark){text{fill:#9aa4af}.t{fill:#e6edf3}.s0{--c:#56b4e9}.s1{--c:#f0883e}.s2{--c:#2fbf94}.s3{--c:#e3a1c5}.s4{--c:#d9b93b}.s5{--c:#b39ddb}}`;

/** How many series have a colour of their own. */
export const colours = 6;
