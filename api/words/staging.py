# ruff: noqa: E501 (a table: one text a line reads better than a wrapped one)
"""From shadow to public: how far rules and nodes are told."""

from __future__ import annotations

from contract.city import Text

WORDS = {
    "office_stages": Text("Tahap", "Stages"),
    "audience_public": Text("untuk umum", "public"),
    "stages_title": Text("Siapa yang diberi tahu", "Who is told"),
    "stages_lead": Text(
        "Aturan dan alat baru mulai dalam uji coba diam. Untuk memberi tahu lebih banyak orang dibutuhkan dua orang: satu mengusulkan, yang lain menyetujui. Satu orang cukup untuk menguranginya, dan itu langsung berlaku.",
        "New rules and gauges begin in shadow. To tell more people takes two: one proposes, another agrees. To tell fewer takes one, and holds at once.",
    ),
    "stages_waiting": Text("Menunggu orang kedua", "Waiting for a second person"),
    "stages_all": Text("Aturan dan simpul", "Rules and nodes"),
    "stages_count": Text("{n} aturan dan simpul", "{n} rules and nodes"),
    "stages_count_one": Text("{n} aturan atau simpul", "{n} rule or node"),
    "no_stages": Text(
        "Belum ada aturan atau simpul. Mesin peringatan belum pernah berjalan di kota ini.",
        "No rules and no nodes yet. The alert engine has never run in this city.",
    ),
    "no_stages_match": Text("Tidak ada yang cocok.", "Nothing matches."),
    "stage": Text("Tahap", "Stage"),
    "stage_of": Text("Aturan atau simpul", "Rule or node"),
    "kind_rule": Text("aturan", "rule"),
    "kind_node": Text("simpul", "node"),
    "stage_decided": Text("Diputuskan oleh", "Decided by"),
    "stage_change": Text("Ubah menjadi", "Change to"),
    "stage_never": Text("belum pernah", "never yet"),
    "stage_by_upgrade": Text("sudah berlaku sebelum ada tahap", "told before there were stages"),
    "stage_widest": Text("berkas kota: paling jauh {stage}", "the city's files: {stage} at most"),
    "stage_changed": Text(
        "syaratnya berubah sejak disetujui: paling jauh untuk petugas",
        "its condition changed since it was agreed to: for staff at most",
    ),
    "stage_proposal": Text("{name}: {stage}", "{name}: to be {stage}"),
    "stage_waits": Text(
        "Usulan dicatat. Orang lain harus menyetujuinya dalam tujuh hari.",
        "Noted. Somebody else must agree to it within seven days.",
    ),
    "stage_lowered": Text("Sudah berlaku: lebih sedikit orang diberi tahu.", "Done: fewer people are told."),
    "stage_done": Text("Disetujui dan sudah berlaku.", "Agreed to, and in force."),
    "stage_gone": Text("Usulan tahap tidak berlaku lagi.", "The proposed stage is off."),
    "stage_refused_own_proposal": Text(
        "Usulan sendiri tidak dapat disetujui sendiri. Minta operator atau administrator lain.",
        "Nobody agrees to their own proposal. Ask another operator or administrator.",
    ),
    "stage_refused_not_allowed": Text(
        "Hanya operator dan administrator aktif yang mengubah tahap.",
        "Only active operators and administrators change stages.",
    ),
    "stage_refused_proposer_gone": Text(
        "Yang mengusulkan sudah tidak berwenang. Usulkan sendiri dan minta orang lain menyetujui.",
        "Whoever proposed it may not any more. Propose it yourself and ask somebody else to agree.",
    ),
    "stage_refused_unknown_staged": Text(
        "Aturan atau simpul itu sudah tidak ada.", "That rule or node is no longer there."
    ),
    "stage_refused_beyond_pack": Text(
        "Berkas kota tidak mengizinkan sejauh itu. Ubah audience di berkasnya dahulu.",
        "The city's files do not allow it that far. Change audience in its file first.",
    ),
    "stage_refused_changed": Text(
        "Syarat aturan ini berubah setelah diusulkan. Baca lagi, lalu usulkan ulang.",
        "The condition of this rule changed after it was proposed. Read it again and propose it anew.",
    ),
    "stage_refused_not_wider": Text("Sudah diberitahukan sejauh itu.", "It is told so far already."),
    "stage_refused_not_narrower": Text(
        "Orang lain baru saja menguranginya.", "Somebody else has just told fewer people of it."
    ),
}
