/// Sizes and places.
extension SweepPage {
  static let layout = #"""
    * { box-sizing: border-box; }
    body { margin: 0 auto; max-width: 1400px; padding: 20px 24px 60px; background: var(--page); color: var(--ink);
      font: 15px/1.5 system-ui, sans-serif; }
    h1 { font-size: 26px; line-height: 1.2; margin: 12px 0; }
    h2 { font-size: 18px; line-height: 1.3; margin: 0 0 4px; }
    h3 { font-size: 15px; margin: 22px 0 4px; }
    header p { max-width: 100ch; margin: 0 0 14px; }
    .note, figcaption span { color: var(--soft); font-size: 13px; }
    .note { margin: 4px 0; }
    :focus-visible { outline: 3px solid var(--focus); outline-offset: 2px; border-radius: 3px; }
    button, select { font: inherit; color: var(--ink); background: var(--card); border: 1px solid var(--soft);
      border-radius: 6px; padding: 3px 10px; max-width: 100%; }
    button { cursor: pointer; }
    input { accent-color: var(--accent); }
    a { color: var(--accent); }
    #controls { position: sticky; top: 0; z-index: 3; display: flex; flex-wrap: wrap; gap: 6px 28px; align-items: center;
      margin: 0 -24px; padding: 10px 24px; background: var(--page); border-bottom: 1px solid var(--line); }
    .slider { display: flex; flex: 1 1 460px; gap: 10px; align-items: center; white-space: nowrap; }
    .slider output { font-size: 20px; font-weight: 600; min-width: 3.2em; font-variant-numeric: tabular-nums; }
    .track { position: relative; flex: 1; min-width: 120px; }
    .track input { display: block; width: 100%; margin: 4px 0; height: 22px; }
    #theta-mark { position: absolute; bottom: -4px; width: 2px; height: 7px; background: var(--ink); }
    .choice { display: flex; gap: 8px; align-items: center; min-width: 0; white-space: nowrap; }
    .choice select { min-width: 0; text-overflow: ellipsis; }
    #summary { flex-basis: 100%; margin: 0; font-size: 14px; color: var(--soft); }
    #summary b { color: var(--ink); }
    #summary button { border: 0; background: none; padding: 0; color: var(--accent); text-decoration: underline; }
    #filters { margin: 12px 0 18px; } #filters summary { cursor: pointer; }
    #filter-fields { display: flex; flex-wrap: wrap; gap: 8px 14px; align-items: end; margin-top: 8px; }
    fieldset { border: 1px solid var(--line); border-radius: 8px; margin: 0; padding: 2px 12px 6px; }
    fieldset label { margin-right: 10px; white-space: nowrap; cursor: pointer; }
    legend { font-size: 13px; color: var(--soft); padding: 0 4px; }
    main { display: grid; grid-template-columns: minmax(0, 5fr) minmax(0, 6fr); gap: 34px; align-items: start; }
    figure { margin: 0 0 24px; } .plot { max-width: 620px; }
    svg { width: 100%; height: auto; display: block; overflow: visible; }
    svg text { fill: var(--soft); font: 12px system-ui, sans-serif; } svg text.strong { fill: var(--ink); }
    .grid { stroke: var(--faint); } .frame { fill: none; stroke: var(--line); }
    .iso { stroke: var(--soft); stroke-opacity: .5; stroke-dasharray: 3 5; } .ideal { fill: none; stroke: var(--good); stroke-width: 2.5; }
    svg text.iso-label { font-size: 11px; } svg text.ideal-label { fill: var(--good); font-weight: 600; }
    .path { fill: none; stroke: var(--ink); stroke-opacity: .5; stroke-width: 1.2; } .range { stroke: var(--ink); stroke-width: 1.5; }
    .model { cursor: pointer; fill-opacity: .5; stroke-width: 1.5; outline: none; transition: fill-opacity .15s; }
    .model:hover { fill-opacity: .85; } .model.chosen { fill-opacity: .95; stroke: var(--ink); stroke-width: 2.5; }
    .model:focus-visible { stroke: var(--focus); stroke-width: 4; }
    .legend p { display: flex; flex-wrap: wrap; gap: 4px 14px; margin: 4px 0; align-items: center; font-size: 13px; color: var(--soft); }
    .legend svg { display: inline-block; width: auto; vertical-align: middle; margin-right: 5px; }
    #panel { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 18px 20px 22px; min-width: 0; scroll-margin-top: 120px; }
    #panel h2 { overflow-wrap: anywhere; }
    .rates { display: grid; grid-template-columns: repeat(auto-fit, minmax(140px, 1fr)); gap: 10px; margin: 12px 0; }
    .rates div { border-left: 3px solid var(--line); padding-left: 10px; min-width: 0; }
    .rates .own { border-color: var(--good); } .rates .other { border-color: var(--bad); } .rates .difference { border-color: var(--accent); }
    .rates b { display: block; font-size: 22px; line-height: 1.2; font-variant-numeric: tabular-nums; }
    .rates small { color: var(--soft); display: block; }
    dl { display: grid; grid-template-columns: repeat(auto-fill, minmax(150px, 1fr)); gap: 6px 16px; margin: 8px 0; }
    dt { color: var(--soft); font-size: 12px; } dd { margin: 0; font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
    .images { display: flex; flex-wrap: wrap; gap: 8px 6px; margin-top: 6px; align-content: start; }
    .pair { display: grid; gap: 2px; text-align: center; font-size: 11px; line-height: 1.2; color: var(--soft); }
    .tile { display: block; image-rendering: pixelated; background-repeat: no-repeat; border-radius: 3px; }
    .pair .tile + .tile { box-shadow: 0 0 0 1px var(--accent); }
    .way { display: grid; grid-template-columns: auto 1fr; gap: 4px 12px; align-items: center; font-size: 12px; color: var(--soft); text-align: right; }
    .way .images { margin: 0; gap: 4px; flex-wrap: nowrap; }
    .columns { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(260px, 100%), 1fr)); gap: 6px 30px; }
    .bars { display: grid; grid-template-columns: auto 1fr auto; gap: 3px 10px; align-items: center; font-size: 13px; font-variant-numeric: tabular-nums; }
    .bars i { height: 11px; background: var(--faint); border-radius: 3px; overflow: hidden; }
    .bars i span { display: block; height: 100%; background: var(--accent); }
    .line { fill: none; stroke-width: 2; stroke-linejoin: round; } .now { stroke: var(--ink); } .paper { stroke: var(--soft); stroke-dasharray: 2 3; }
    .in { stroke: var(--good); } .out { stroke: var(--bad); } .gap { stroke: var(--accent); }
    svg text.in { fill: var(--good); stroke: none; } svg text.out { fill: var(--bad); stroke: none; } svg text.gap { fill: var(--accent); stroke: none; }
    /* Browsers need not lay out what is far below. */
    section[aria-labelledby] { content-visibility: auto; contain-intrinsic-size: auto 900px; }
    .scroll { overflow-x: auto; } .downloads a { margin-right: 22px; }
    table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; font-size: 14px; }
    th, td { padding: 3px 10px; text-align: right; border-bottom: 1px solid var(--line); white-space: nowrap; }
    th:first-child, td:first-child { text-align: left; padding-left: 4px; }
    th button, td button { border: 0; background: none; padding: 2px 0; }
    th button { color: var(--soft); font-size: 13px; } td button { color: var(--accent); text-align: left; }
    tr.chosen td { background: var(--faint); } tbody tr { cursor: pointer; } tbody tr:hover td { background: var(--faint); }
    footer { color: var(--soft); font-size: 13px; margin-top: 36px; max-width: 110ch; overflow-wrap: anywhere; }
    #tip { position: fixed; z-index: 5; pointer-events: none; background: var(--card); border: 1px solid var(--line); border-radius: 8px;
      padding: 6px 10px; font-size: 13px; box-shadow: 0 3px 14px var(--shade); max-width: 300px; }
    /* Beside a long panel the plots stay in view: their lower ends where the window is low, their upper where it is high. */
    @media (min-width: 981px) and (max-height: 1200px) { .plots { position: sticky; bottom: 8px; align-self: end; } }
    @media (min-width: 981px) and (min-height: 1400px) { .plots { position: sticky; top: 90px; } }
    @media (max-width: 980px) { main { grid-template-columns: minmax(0, 1fr); gap: 10px; } .plot { max-width: none; } }
    @media (max-width: 560px) {
      body { padding: 12px 14px 40px; } #controls { margin: 0 -14px; padding: 8px 14px; gap: 4px 14px; } #panel { padding: 14px 12px; }
      h1 { font-size: 22px; } .slider { flex-basis: 100%; flex-wrap: wrap; gap: 2px 10px; } .track { order: 1; flex-basis: 100%; }
      #theta-paper { margin-left: auto; padding: 0 8px; font-size: 13px; } #summary { font-size: 13px; line-height: 1.35; }
      .choice { font-size: 14px; flex-basis: 100%; } .choice select { flex: 1; }
    }
    @media (prefers-reduced-motion: no-preference) { html { scroll-behavior: smooth; } }
    @media (prefers-reduced-motion: reduce) { * { transition: none !important; } }
    @media print { #controls { position: static; } }
    """#
}
