"""Is the article right: a verdict per claim, and what it rests on."""

# %%
import kadesh

war = kadesh.load_war("ukraine-2022")

# %% A bundled claims file by its name, or the path of one of your own.
found = kadesh.audit_claims(war, kadesh.claims_of(war, "kursk-incursion-2024"))

# %% Each claim has readings; each reading a verdict, a probability, and a sentence.
for claim in found["claims"]:
    print(claim["id"], claim["verdict"])
    for reading in claim["readings"]:
        print("   ", reading["verdict"], reading["p"], reading["sentence"] or reading["reason"])

# %% The flip certificate: the nearest value of one number at which a verdict changes.
for claim in found["claims"]:
    for reading in claim["readings"]:
        for flip in reading["flips"]:
            print(claim["id"], reading["id"], flip["what"], flip["from"], flip["to"])
